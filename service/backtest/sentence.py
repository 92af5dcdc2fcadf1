"""The figures in words: sections of lines that a terminal and a page both show.

A section is a title, a note and rows of a label with what is said of it.  Writing them once keeps the
terminal and the page from telling two stories.
"""

from collections.abc import Iterator
from typing import NamedTuple

from service.backtest.label import AFTERMATH_MS
from service.backtest.plain import DAY_MS, leads, number
from service.backtest.rate import Rate
from service.backtest.resampling import Interval
from service.backtest.score import Score, Surveyed
from service.report.scorecard import Share

UNLABELLED = (
    "Nobody said what was really wrong, so these are rates of alarms, not of false alarms. "
    "Give --labels, or put a trouble in with --inject."
)
LABELLED = (
    f"An alarm is due from the start of a label until {AFTERMATH_MS // DAY_MS} days after its end; "
    "any other is false."
)
HOUR_MS = 3_600_000


class Section(NamedTuple):
    """Hold one block of figures."""

    title: str
    note: str
    rows: tuple[tuple[str, str], ...]


def sections(score: Score) -> list[Section]:
    """Return all that is said of one configuration, apart from the comparison."""
    found = [_ground(score), _warnings(score)]
    if score.is_labelled:
        found.append(_delays(score))
    found += [_burden(score), *_asked(score), *map(_survey, score.surveys)]
    return found


def _ground(score: Score) -> Section:
    world, read = score.world, score.trial.summary
    units = len({place[1] for place in world.passages})
    rows = (
        ("read", read),
        ("time", f"{world.weeks:.1f} weeks"),
        ("watched", f"{units} units, {world.cases():,} cases that were kept or late"),
        ("labels", f"{len(score.labels)}" if score.labels else "none"),
    )
    return Section("What was looked at", "", rows)


def _warnings(score: Score) -> Section:
    warnings, kind = score.warnings, "false warnings" if score.is_labelled else "alarms"
    intervals = score.intervals
    rows = [
        (f"{kind} per unit-year", _rate(warnings.per_unit_year)),
        ("  by drawing units anew", _interval(intervals.per_unit_year, 2)),
        (f"{kind} per 1000 unit-weeks", _rate(warnings.per_1000_unit_weeks)),
        (f"{kind} per region-year", _regions(score)),
        (
            "of each unit a year",
            f"median {number(warnings.unit_median)}, the worst 5 % above {number(warnings.unit_p95)}",
        ),
        ("by weekday", ", ".join(f"{day} {count}" for day, count in warnings.weekdays.items())),
    ]
    if score.is_labelled:
        rows.append(("precision", _share(score.precision, "no alarm was raised")))
        rows.append(("alarms at a benign change", f"{len(score.verdict.benign)}"))
    note = LABELLED if score.is_labelled else UNLABELLED
    return Section(kind.capitalize(), note, tuple(rows))


def _delays(score: Score) -> Section:
    delay = score.delay
    found = _share(delay.found, "no trouble could be judged")
    rows = [
        ("found", f"{found}{_between(score.intervals.recall)}"),
        ("an alarm stood before", f"{delay.standing} troubles, left out here"),
        (
            "days until the warning",
            (
                f"median {number(delay.median_days)}, p90 {number(delay.p90_days)}"
                f"{_between(score.intervals.median_days, 1)}"
            ),
        ),
        ("the same, unseen as 26 weeks", f"mean {number(delay.restricted_mean_days)}"),
        *((f"found within {days} days", _share(s, "-")) for days, s in delay.within.items()),
        (
            "cases until the warning",
            f"median {number(delay.median_cases, 0)}, p90 {number(delay.p90_cases, 0)}",
        ),
        (
            "let down until the warning",
            (
                f"median {number(delay.median_late, 0)}, p90 {number(delay.p90_late, 0)}; "
                f"{delay.late_in_all} in all, unseen troubles to their end"
            ),
        ),
    ]
    return Section("How early", "From the start of a trouble to the alarm.", tuple(rows))


def _burden(score: Score) -> Section:
    burden = score.burden
    rows = (
        ("episodes", f"{burden.episodes} that warned, {burden.watches} that were only on the list"),
        ("flaps", f"{burden.flaps} in {burden.episodes} episodes"),
        ("withdrawn by corrections", _share(burden.withdrawn, "nothing warned")),
        ("time in alarm", f"{burden.in_alarm / 100:.1f} % of the watched time"),
        ("days until it was over", f"median {number(burden.reset_days)} after the trouble's end"),
        (
            "held back by the desk",
            f"median {number(burden.held_minutes, 0)} minutes; {burden.untold} never told",
        ),
        (
            "messages",
            f"{burden.messages:,}; {number(burden.messages_a_week_per_1000_units, 0)} a week per 1000 units",
        ),
    )
    return Section("What it costs", "Messages are those of the whole desk, feeds included.", rows)


def _asked(score: Score) -> Iterator[Section]:
    rows = tuple(
        (f"{one.touchpoint} / {one.rule}", f"asked {one.asked:.3f}, reached {_rate(one.reached)}")
        for one in score.asked
    )
    if rows:
        note = "Warnings a year for each unit or region, as the rule states and as they came."
        yield Section("Asked and reached", note, rows)


def _survey(one: Surveyed) -> Section:
    card, gone = one.card, f"{one.without_case} without a known case, {one.off_scale} off the scale"
    why = card.reasons
    lag = card.lag
    lags = (
        "-"
        if lag is None
        else f"half within {_days(lag.p50_ms)}, nine in ten within {_days(lag.p90_ms)}"
    )
    before = "; ".join(
        f"{days} days: {part} of {whole}" for days, (part, whole) in leads(card).items()
    )
    rows = (
        ("answers", f"{one.answers:,}; {gone}"),
        ("until an answer can be used", why.get("lag", lags)),
        ("windows that can be judged", why.get("drops", f"{one.windows:,}")),
        (
            "drops warned of before they showed",
            _share(card.drops, why.get("lead") or why.get("drops", "-")),
        ),
        ("  only by a unit inside", f"{card.by_member}"),
        ("lead", _lead(one)),
        ("warned so long before", before if card.drops.whole else "-"),
        ("precision, raw", _share(card.raw, why.get("raw", "-"))),
        ("precision, nobody acted", _share(card.unacted, why.get("unacted", "-"))),
        ("judged at the level of", ", ".join(f"{name} {n}" for name, n in card.judged.items())),
        ("cannot be verified", f"{card.unverifiable} episodes"),
        ("acted on, and no drop came", f"{card.prevented}"),
        ("people warned early", f"{card.people:,}"),
    )
    return Section(f"Before the survey: {one.event}", "", rows)


def _regions(score: Score) -> str:
    """Return the rate of regions; a nought would mislead where nothing judges them."""
    watched = {place[0] for place in score.world.passages}
    rules = [rule for name in watched for rule in score.trial.plan.touchpoints[name].rules]
    if not any(rule.per == "region" for rule in rules):
        return "no rule judges regions"
    return _rate(score.warnings.per_region_year)


def _lead(one: Surveyed) -> str:
    card = one.card
    if card.lead_median_ms is None or card.lead_p10_ms is None or card.lead_min_ms is None:
        return card.reasons.get("lead") or card.reasons.get("drops") or "no drop met an alarm"
    worst = f"p10 {_days(card.lead_p10_ms)}, least {_days(card.lead_min_ms)}"
    return f"median {_days(card.lead_median_ms)}, {worst}"


def _days(length_ms: int) -> str:
    return f"{length_ms / DAY_MS:.1f} days"


def _rate(found: Rate) -> str:
    if found.each is None:
        return "nothing was watched"
    return f"{found.each:.2f}  [{found.low:.2f} to {found.high:.2f}]  ({found.seen})"


def _share(share: Share | None, otherwise: str) -> str:
    if share is None or not share.whole:
        return otherwise
    return f"{share.part} of {share.whole} ({100 * share.part / share.whole:.0f} %)"


def _interval(found: Interval | None, digits: int) -> str:
    return "-" if found is None else f"{found.low:.{digits}f} to {found.high:.{digits}f}"


def _between(found: Interval | None, digits: int = 0) -> str:
    if found is None:
        return ""
    if digits:
        return f"  [{_interval(found, digits)}]"
    return f"  [{100 * found.low:.0f} to {100 * found.high:.0f} %]"
