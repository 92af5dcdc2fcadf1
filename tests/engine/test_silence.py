"""When an absence may be judged: feeds that stop, come back, or were never there (01, section 6)."""

from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk
from tests.worlds import DAY, events_of, plan_of

BEAT = {"heartbeat": {"event": "alive", "every": "30s"}, "silent": {"after": "10m"}}
QUIET = {"silent": {"after": "2h"}}
ONE_SHOP = "id,name,region,calendar\na,A,n,shop\n"
THREE = ["09:00 ask c1 unit=a", "09:00 ask c2 unit=a", "09:00 ask c3 unit=a"]


def at(wall: str) -> int:
    """Return the instant of a wall time of the test's Monday, or of a whole local time."""
    text = wall if "T" in wall else f"{DAY}T{wall}"
    return int(
        datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000
    )


class Shop:
    """Fold what happens at wall times, with a tick every minute or as often as is said."""

    def __init__(self, plan: Plan, *, live: bool = False) -> None:
        """Begin at half past eight."""
        self.plan, self.engine, self.results = plan, Engine(), Results()
        self.number = 0
        self._take(Chunk(-(2**62), (), to_data(plan)))
        self.now = at("08:30")
        if live:
            self._take(Chunk(self.now, (), {"kind": "start"}))

    def _take(self, chunk: Chunk) -> None:
        self.results.take(self.engine.fold(chunk))

    def tick_to(self, wall: str, beat: str = "", heard: str = "") -> None:
        """Let minutes pass; `beat` is a source that shows each time that it lives."""
        while self.now < at(wall):
            self.now = min(self.now + 60_000, at(wall))
            lines = [f"{self._text()} alive - source={beat}"] if beat else []
            vouched = {heard: self.now} if heard else {}
            self._take(Chunk(self.now, self._events(lines), None, vouched))

    def tell(self, *lines: str) -> None:
        """Let events reach the log now."""
        self._take(Chunk(self.now, self._events(lines)))

    def start(self, wall: str) -> None:
        """Begin to listen again after a pause."""
        self.now = at(wall)
        self._take(Chunk(self.now, (), {"kind": "start"}))

    def _events(self, lines: Any) -> list[Any]:
        found = events_of(self.plan, lines)
        self.number += len(found)
        return [event._replace(key=event.key + self.number * 1000) for event in found]

    def _text(self) -> str:
        return datetime.fromtimestamp(self.now / 1000, ZoneInfo("Europe/Berlin")).isoformat()

    def said(self) -> list[str]:
        """Return the transitions so far."""
        return [f"{s['transition']} {s['rule']} {s['scope']}" for s in self.results.signals]

    def outcomes(self) -> dict[str, str]:
        """Return what became of the cases."""
        return {case: row.outcome for (_, case), row in self.results.outcomes.items()}


def shop(folder: Path, sources: dict[str, Any], *, live: bool = False, **changes: Any) -> Shop:
    """Return a shop that listens to such sources."""
    changes = {"rules_off": ["objective"], "measure": {"stop": ["answer", "call"]}} | changes
    return Shop(plan_of(folder, sources=sources, **changes), live=live)


def test_a_dead_feed_with_a_heartbeat_is_one_alert(tmp_path: Path) -> None:
    """With a heartbeat the feed's death is one alert, and nobody is called neglected."""
    world = shop(tmp_path, {"crm": BEAT})
    world.tick_to("08:59", beat="crm")
    world.tell(*THREE)
    world.tick_to("09:20", beat="crm")
    world.tick_to("12:00")
    assert world.said() == ["opened source silent crm"]
    assert world.outcomes() == {"c1": "open", "c2": "open", "c3": "open"}


def test_without_a_heartbeat_what_was_judged_is_taken_back(tmp_path: Path) -> None:
    """Without one the quiet is believed for a while; then the alert it gave rise to is withdrawn."""
    world = shop(tmp_path, {"crm": QUIET})
    world.tick_to("09:00")
    world.tell(*THREE)
    world.tick_to("10:30")
    assert world.said() == ["opened waiting a"]
    world.tick_to("11:30")
    assert world.said() == ["opened waiting a", "withdrawn waiting a", "opened source silent crm"]
    reasons = [s["reason"] for s in world.results.signals]
    assert reasons == ["past the mark", "source silent", "no news"]
    assert set(world.outcomes().values()) == {"unknown"}


def test_the_return_of_a_push_source_leaves_unknown_what_nobody_saw(tmp_path: Path) -> None:
    """After a gap: unknown, but late or kept where a fact dated inside the gap says so."""
    world = shop(tmp_path, {"crm": QUIET})
    world.tick_to("09:00")
    world.tell(*THREE)
    world.tick_to("13:00")
    world.tell("09:40 answer c1", "11:10 answer c2", "13:00 note -")
    world.tick_to("13:30")
    assert world.outcomes() == {"c1": "kept", "c2": "late", "c3": "unknown"}
    assert world.said()[-1] == "resolved source silent crm"
    world.tell("09:50 answer c3")
    assert world.outcomes()["c3"] == "kept"


def test_the_return_of_a_source_that_vouches_is_judged_exactly(tmp_path: Path) -> None:
    """A source that was asked, not waited for, is believed again when it is back."""
    world = shop(tmp_path, {"crm": QUIET, "phone": deepcopy(QUIET)})
    world.tick_to("09:00", heard="crm")
    world.tell(*THREE)
    world.tick_to("13:00", heard="crm")
    world.tell("09:40 answer c1", "11:10 answer c2")
    world.tick_to("13:30", heard="crm")
    assert world.outcomes() == {"c1": "kept", "c2": "late", "c3": "late"}


def test_what_is_not_heard_is_not_judged(tmp_path: Path) -> None:
    """A source that is asked holds the watermark where it was last heard, and nothing is unknown."""
    world = shop(tmp_path, {"crm": QUIET})
    world.tick_to("09:00", heard="crm")
    world.tell(*THREE)
    world.tick_to("09:30", heard="crm")
    world.tick_to("10:45")
    assert world.outcomes() == {"c1": "open", "c2": "open", "c3": "open"}
    world.tell("09:45 answer c1", "10:20 answer c2")
    world.tick_to("10:47", heard="crm")
    assert world.outcomes() == {"c1": "kept", "c2": "late", "c3": "late"}


def test_a_hold_that_outlasts_an_open_day_is_told(tmp_path: Path) -> None:
    """After one open day of hold a critical alert counts the promises that nobody judged."""
    world = shop(tmp_path, {"crm": BEAT}, files={"shops.csv": ONE_SHOP})
    world.tick_to("09:00", beat="crm")
    world.tell(*THREE)
    world.tick_to("2026-09-15T18:05")
    blind = [s for s in world.results.signals if s["rule"] == "blind"]
    assert [(s["level"], s["cases"]) for s in blind] == [("critical", 3)]
    world.tell("2026-09-15T18:04:00+02:00 note -")
    assert world.said()[-2:] == ["resolved source silent crm", "resolved blind crm"]


def test_quiet_counts_only_while_somebody_is_open(tmp_path: Path) -> None:
    """A night is no silence: two hours of quiet are counted on the units' opening hours."""
    world = shop(tmp_path, {"crm": QUIET}, files={"shops.csv": ONE_SHOP})
    world.tick_to("17:30")
    world.tell("17:30 note -")
    world.tick_to("2026-09-15T10:29")
    assert world.said() == []
    world.tick_to("2026-09-15T10:32")
    assert world.said() == ["opened source silent crm"]


def test_a_source_that_was_never_heard_is_told_and_holds_nothing(tmp_path: Path) -> None:
    """Ten minutes after the start a source that never spoke is an alert of its own."""
    world = shop(tmp_path, {}, live=True)
    world.tell("08:30 note -")
    world.tick_to("08:39")
    assert world.said() == []
    world.tick_to("09:00")
    world.tell(*THREE)
    world.tick_to("10:10")
    assert world.said() == ["opened source silent phone", "opened waiting a"]
    world.tell("10:10 call - unit=a customer=k")
    assert world.said()[-1] == "resolved source silent phone"


def test_our_own_downtime_is_blindness(tmp_path: Path) -> None:
    """After a restart a source is heard again when it speaks, or after its time to catch up."""
    world = shop(tmp_path, {}, live=True)
    world.tick_to("09:00")
    world.tell(*THREE)
    world.tick_to("09:10")
    world.start("10:30")
    world.tick_to("10:33")
    world.tell("09:50 answer c1")
    assert world.outcomes() == {"c1": "open", "c2": "open", "c3": "open"}
    world.tick_to("10:36")
    assert world.outcomes() == {"c1": "kept", "c2": "late", "c3": "late"}


def test_a_source_that_speaks_after_a_restart_is_heard_at_once(tmp_path: Path) -> None:
    """An event recorded after the restart ends the blindness of its source."""
    world = shop(tmp_path, {}, live=True, measure={"stop": ["answer"]})
    world.tick_to("09:00")
    world.tell(*THREE)
    world.start("10:30")
    world.tell("10:30 note -")
    world.tick_to("10:31")
    assert set(world.outcomes().values()) == {"late"}


def test_an_event_from_the_future_is_set_aside_and_moves_nothing(tmp_path: Path) -> None:
    """More than five minutes ahead of the log: quarantine; five minutes are taken."""
    world = shop(tmp_path, {})
    world.tick_to("09:00")
    frames = world.engine.fold(Chunk(world.now, world._events(["09:06 ask c1 unit=a"])))
    assert [event.case for frame in frames for event in frame.future] == ["c1"]
    world.tell("09:05 ask c2 unit=a")
    world.tick_to("09:10")
    assert world.outcomes() == {"c2": "open"}
    assert world.engine.tally.future == 1
    world.tell("09:06 ask c1 unit=a")
    world.tick_to("09:20")
    assert world.outcomes() == {"c1": "open", "c2": "open"}


@pytest.mark.parametrize("spoken", ["crm", "phone"])
def test_any_word_is_a_proof_of_life_of_its_source_only(tmp_path: Path, spoken: str) -> None:
    """One feed that talks does not vouch for another that has stopped."""
    world = shop(tmp_path, {"crm": QUIET, "phone": deepcopy(QUIET)})
    world.tell("08:30 note -", "08:30 call - unit=a customer=k")
    while world.now < at("12:00"):
        world.tick_to(
            datetime.fromtimestamp(
                (world.now + 600_000) / 1000, ZoneInfo("Europe/Berlin")
            ).isoformat()[:19]
        )
        world.tell(
            f"{world._text()} note -" if spoken == "crm" else f"{world._text()} call - unit=a"
        )
    other = {"crm": "phone", "phone": "crm"}[spoken]
    assert world.said() == [f"opened source silent {other}"]
