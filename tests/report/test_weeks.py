"""Half a year of a simulated company: a page a week, and every sum on each of them reconciles.

The counts are held against the truth file, which counts events, and against a recount of persons
from the lines.  They differ by definition where somebody is acquired who is a customer already:
that is an event, and nobody joined.  Such events are counted apart, so that both must agree exactly.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest

from service.report.walk import Page
from service.weekly.collecting import page_from
from service.weekly.sending import World, made
from tests.report.recount import Event, Recount, recount
from tests.report.simulated import Simulated, simulated

WEEKS, WEEK_MS = 26, 7 * 86_400_000
COLUMNS_MAX, LINES_MAX = 108, 75
ZONE = "Europe/Berlin"


class Year(NamedTuple):
    """Hold the pages of all weeks that ended, as they are and as text, and what is true of them."""

    world: Simulated
    pages: dict[str, Page]
    texts: dict[str, str]
    data: dict[str, dict[str, Any]]
    truth: dict[str, Any]
    counted: Recount


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Return 26 weeks of three dealers."""
    folder = tmp_path_factory.mktemp("year")
    first = date(2026, 6, 1)
    how: dict[str, Any] = {
        "dealers": 3,
        "weeks": WEEKS,
        "survey_answered": 0.4,
        "start": first.isoformat(),
    }
    world = simulated(folder, acting=True, seed=5, **how)
    monday = [first + timedelta(weeks=number) for number in range(WEEKS)]
    names = [f"{day.isocalendar().year}-W{day.isocalendar().week:02}" for day in monday]
    reach = round(datetime.combine(first, time(), UTC).timestamp() * 1000) + WEEKS * WEEK_MS
    page = partial(page_from, world.reads, world.settings, world.compiled, reach=reach)
    pages = {name: page(name) for name in names}
    both = {n: made(p, World(world.settings, world.compiled)) for n, p in pages.items()}
    texts, data = {n: m.text for n, m in both.items()}, {n: m.data for n, m in both.items()}
    truth = world.truth["customers"]["weeks"]
    return Year(world, pages, texts, data, truth, recount(world.stream, ZONE))


def test_a_page_a_week(year: Year) -> None:
    """Of 26 weeks there are 26 pages that fit: 108 columns, 75 lines, and no share stands alone."""
    assert len(year.texts) == WEEKS
    for text in year.texts.values():
        lines = text.splitlines()
        assert max(map(len, lines)) <= COLUMNS_MAX
        assert len(lines) <= LINES_MAX
        assert "%" not in text
    print(f"lines: {min(_lengths(year))} to {max(_lengths(year))}")


def _lengths(year: Year) -> list[int]:
    return [len(text.splitlines()) for text in year.texts.values()]


def test_everybody_stands_in_one_column(year: Year) -> None:
    """Wherever people are counted, who asked is kept, late, gave up, unknown or open."""
    seen = [people for data in year.data.values() for people in _people_in(data)]
    assert len(seen) == WEEKS * 5
    for people in seen:
        parts = ("kept", "late", "gave_up", "unknown", "open")
        assert people["asked"] == sum(people[part] for part in parts) > 0


def _people_in(value: Any) -> Iterator[dict[str, int]]:
    if isinstance(value, list):
        for item in value:
            yield from _people_in(item)
    elif isinstance(value, dict):
        if "asked" in value:
            yield value
        for item in value.values():
            yield from _people_in(item)


def test_customers_add_up(year: Year) -> None:
    """Segments and reasons add up, and joined less left is by how many more customers there are."""
    before = None
    for name, page in year.pages.items():
        assert page.clientele is not None
        assets = page.clientele.assets
        assert sum(one.joined for one in assets.segments) == assets.joined.people
        assert sum(one.left for one in assets.segments) == assets.left.people
        told = sum(count for _, count in assets.reasons)
        assert told + assets.other + assets.unknown == assets.left.people
        assert assets.back <= assets.joined.people
        assert assets.let_down <= assets.left.people
        if before is not None:
            change = year.counted.customers[name] - before
            assert assets.joined.people - assets.left.people == change
        before = year.counted.customers[name]


def test_weeks_before_are_the_pages_of_before(year: Year) -> None:
    """What a page says of the weeks up to it is what their own pages said."""
    own = {name: page.clientele and page.clientele.assets for name, page in year.pages.items()}
    checked = 0
    for page in year.pages.values():
        assert page.clientele is not None
        assert page.trend is not None
        flow = tuple((week.joined, week.left) for week in page.clientele.weeks)
        assert flow == tuple(zip(page.trend.joined, page.trend.left, strict=True))
        for week in page.clientele.weeks:
            if assets := own.get(week.week):
                assert (week.joined, week.left) == (assets.joined.people, assets.left.people)
                checked += 1
    assert checked > 200


def test_who_joined_and_left_is_a_recount(year: Year) -> None:
    """Joined, left, their worth, segments and reasons are those of a recount; 0 differences."""
    for name, page in year.pages.items():
        assert page.clientele is not None
        assets, joined, left = (
            page.clientele.assets,
            year.counted.joined[name],
            year.counted.left[name],
        )
        assert tuple(assets.joined) == (len(joined), _worth(joined))
        assert tuple(assets.left) == (len(left), _worth(left))
        assert {one.name: (one.joined, one.left) for one in assets.segments} == _segments(
            joined, left
        )
        reasons = Counter(event["data"].get("reason", "") for event in left)
        assert assets.unknown == reasons.pop("", 0)
        first = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        assert list(assets.reasons) == first[:5]
        assert assets.other == sum(count for _, count in first[5:])


def _worth(events: list[Event]) -> int:
    return sum(100 * int(event["data"]["yearly"]) for event in events)


def _segments(joined: list[Event], left: list[Event]) -> dict[str, tuple[int, int]]:
    came, went = (Counter(e["data"]["segment"] for e in events) for events in (joined, left))
    return {name: (came[name], went[name]) for name in came | went}


def test_the_recount_is_the_truth_but_for_who_was_a_customer(year: Year) -> None:
    """The truth counts an acquisition more for each customer who was acquired again, and no other."""
    again = 0
    for name, page in year.pages.items():
        assert page.clientele is not None
        assets, truth = page.clientele.assets, year.truth[name]
        repeated = year.counted.repeated[name]
        assert {event["type"] for event in repeated} <= {"customer.acquired"}
        joined = {event["customer"] for event in year.counted.joined[name]}
        others = {event["customer"] for event in repeated} - joined
        assert truth["joined"] == assets.joined.people + len(others)
        assert 100 * truth["joined_yearly"] == assets.joined.value + _worth(repeated)
        assert truth["left"] == assets.left.people
        assert 100 * truth["left_yearly"] == assets.left.value
        assert truth["reasons"].get("unknown", 0) == assets.unknown
        again += len(repeated)
    assert again > 3


def test_deeds_and_messages_are_the_truth(year: Year) -> None:
    """Bought more, cut back, moved, brought a friend, and messages by kind and category: the truth's."""
    for name, page in year.pages.items():
        assert page.clientele is not None
        assert page.listening is not None
        assets, truth, listening = page.clientele.assets, year.truth[name], page.listening
        found = (assets.more, assets.less, assets.up, assets.down, assets.referred)
        keys = ("bought_more", "cut_back", "moved_up", "moved_down", "referred")
        assert found == tuple(truth[key] for key in keys)
        assert +Counter(listening.kinds) == Counter(truth["messages_by_kind"])
        feedback = year.world.settings.configuration.feedback
        assert feedback is not None
        titled = {feedback.categories[key].title: n for key, n in truth["messages"].items()}
        first = sorted(titled.items(), key=lambda pair: (-pair[1], pair[0]))
        assert list(listening.categories) == first[:4]
        assert listening.others == sum(count for _, count in first[4:])
        assert listening.strange == 0
