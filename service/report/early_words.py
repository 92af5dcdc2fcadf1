"""How early we knew, in sentences: what we warned of, what we missed, what proved empty."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.spans import DAY_MS
from alerts.tongue import Tongue, noted
from service.report.drop import Drop
from service.report.early import Carded, Early
from service.report.scorecard import Scorecard
from service.report.section import Line, Section

MISSED_MAX = 4
DAY = noted("d MMM")


def early_section(early: Early, titles: Mapping[str, str], zone: str, tongue: Tongue) -> Section:
    """Return how early we knew over the last ninety days."""
    lines = [line for carded in early.surveys for line in _survey(carded, titles, zone, tongue)]
    if early.warnings:
        lines.append(Line(_refused(early, tongue), "warnings"))
    lines += [
        Line(
            tongue.count(
                '{title}, rule "{rule}": {n} warning in four weeks, and nobody acted. Act, or retire it.',
                '{title}, rule "{rule}": {n} warnings in four weeks, and nobody acted. Act, or retire it.',
                one.warnings,
                title=one.title,
                rule=one.rule,
            ),
            "idle",
        )
        for one in early.idle
    ]
    return Section(tongue.say("How early did we know? (last 90 days)"), tuple(lines), "early")


def _survey(carded: Carded, titles: Mapping[str, str], zone: str, tongue: Tongue) -> Iterator[Line]:
    card = carded.card
    if not card.drops.whole:
        yield Line(_silent(carded, tongue), "drops")
    else:
        yield Line(_drops(card, tongue), "drops")
        yield from (Line(text, "drops") for text in _missed(card, titles, zone, tongue))
    if sum(card.judged.values()) or card.unverifiable:
        yield Line(_judged(card, tongue), "precision")


def _silent(carded: Carded, tongue: Tongue) -> str:
    if "drops" in carded.card.reasons:
        return tongue.count(
            "No survey window has answers enough to be judged ({n} answer in all).",
            "No survey window has answers enough to be judged ({n} answers in all).",
            carded.answers,
        )
    return tongue.say("No survey result fell.")


def _drops(card: Scorecard, tongue: Tongue) -> str:
    text = tongue.count(
        "{n} survey drop came in; we had warned of {part}.",
        "{n} survey drops came in; we had warned of {part}.",
        card.drops.whole,
        part=card.drops.part,
    )
    if not card.leads_ms:
        return text
    text += " " + tongue.say(
        "Days from the first warning to the drop: {middle} in the median, {early} for one in ten, "
        "{worst} at worst.",
        middle=_days(card.lead_median_ms),
        early=_days(card.lead_p10_ms),
        worst=_days(card.lead_min_ms),
    )
    if card.people:
        text += " " + tongue.count(
            "{n} person was warned of early.", "{n} people were warned of early.", card.people
        )
    return text


def _days(length_ms: int | None) -> int:
    """Return whole days, rounded towards the worse."""
    return (length_ms or 0) // DAY_MS


def _missed(card: Scorecard, titles: Mapping[str, str], zone: str, tongue: Tongue) -> Iterator[str]:
    if not card.missed:
        return
    names = [_place(drop, titles, zone, tongue) for drop in card.missed[:MISSED_MAX]]
    told = tongue.say("Missed: {names}.", names="; ".join(names))
    more = len(card.missed) - len(names)
    if more:
        told += " " + tongue.say("{n} more.", n=more)
    yield told


def _place(drop: Drop, titles: Mapping[str, str], zone: str, tongue: Tongue) -> str:
    place = ZoneInfo(zone)
    begin, end = (
        tongue.clock(datetime.fromtimestamp(at / 1000, place), DAY)
        for at in (drop.begin, drop.end - 1)
    )
    whole = tongue.say("the whole company")
    return tongue.say(
        "{title} at {where}, {begin} to {end}",
        title=titles.get(drop.touchpoint, drop.touchpoint),
        where=drop.scope or whole,
        begin=begin,
        end=end,
    )


def _judged(card: Scorecard, tongue: Tongue) -> str:
    results = card.results()
    return tongue.say(
        "{total} warnings: {confirmed} confirmed, {empty} empty, {prevented} acted on with no drop "
        "after (not counted either way); {unverifiable} more have too few answers to tell.",
        total=sum(card.judged.values()),
        **results,
    )


def _refused(early: Early, tongue: Tongue) -> str:
    return tongue.count(
        "{n} warning was told; people called {refused} of them not real.",
        "{n} warnings were told; people called {refused} of them not real.",
        early.warnings,
        refused=early.refused,
    )
