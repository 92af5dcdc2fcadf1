"""A feed is unplugged in the middle of a busy morning; another one goes on (issue: a dead feed).

Thirty shops are asked every ten minutes each and answer within half an hour.  At eleven the CRM
falls silent.  What is judged, told, withdrawn and held is compared with what truly happened, and
with what `check` says beforehand.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk, Event
from service.settings import compile_settings, load
from service.settings.quiet import unnoticed
from tests.engine.test_silence import at
from tests.worlds import COMPANY, events_of

SHOPS = [f"s{number:02}" for number in range(30)]
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, SECOND = 60_000, 1000
DEATH, RETURN = "11:00", "15:00"


def plan_of(folder: Path, crm: dict[str, Any]) -> Plan:
    """Return a plan with two touchpoints, each fed by a source of its own."""
    company = YAML(typ="safe").load(COMPANY)
    company["sources"]["crm"].update(crm)
    company["sources"]["phone"] = {"delivers": ["ring", "call"], "wait": "60s"}
    reply = company["touchpoints"]["reply"]
    reply["measure"] = {"kind": "duration", "start": "ask", "stop": "answer"}
    reply |= {"promise": "1h open", "rules_off": ["objective"]}
    measure = {"kind": "duration", "start": "ring", "stop": "call"}
    company["touchpoints"]["callback"] = deepcopy(reply) | {"measure": measure}
    folder.mkdir(exist_ok=True)
    with (folder / "config.yaml").open("w", encoding="utf-8") as stream:
        YAML().dump(company, stream)
    rows = "".join(f"{shop},{shop},north,shop\n" for shop in SHOPS)
    (folder / "shops.csv").write_text("id,name,region,calendar\n" + rows, encoding="utf-8")
    return compile_settings(load(folder)).plan


def clock(minute: int) -> str:
    """Write the minutes since nine as a wall time."""
    return f"{9 + minute // 60:02}:{minute % 60:02}"


def morning(plan: Plan) -> tuple[list[Event], dict[str, bool]]:
    """Return what truly happened from nine to three, and for each case whether it was kept."""
    lines: list[str] = []
    truth: dict[str, bool] = {}
    for minute in range(0, 360, 10):
        for place, shop in enumerate(SHOPS):
            case, wait = f"{shop}-{minute}", 5 + (place * 7 + minute) % 25
            lines.append(f"{clock(minute)} ask {case} unit={shop} customer={case}")
            lines.append(f"{clock(minute + wait)} answer {case}")
            truth[case] = True
    # Elsewhere one dealer truly stalls, and everybody else is called back.
    for minute in range(0, 360, 10):
        for shop in ("s00", "s01"):
            lines.append(f"{clock(minute)} ring r{shop}{minute} unit={shop} source=phone")
            if shop == "s01" or minute < 150:
                lines.append(f"{clock(minute + 8)} call r{shop}{minute} source=phone")
    return sorted(events_of(plan, lines), key=lambda event: event.time), truth


class Feed:
    """Tell events to an engine as they happen, every second, with the feed unplugged for a while."""

    def __init__(self, plan: Plan, *, beats: bool, vouches: bool, repeats: bool) -> None:
        """Begin at nine; `repeats` says that the feed sends later what it could not send."""
        self.engine, self.results = Engine(), Results()
        self.beats, self.vouches, self.repeats = beats, vouches, repeats
        self.told_at: dict[str, int] = {}
        self.plan = plan
        self._fold(Chunk(-(2**62), (), to_data(plan)))

    def _fold(self, chunk: Chunk) -> None:
        frames = self.engine.fold(chunk)
        self.results.take(frames)
        for signal in (signal for frame in frames for signal in frame.signals):
            self.told_at.setdefault(
                f"{signal.touchpoint}/{signal.rule}/{signal.scope}", chunk.stamp
            )

    def run(self, events: list[Event], until: str) -> None:
        """Let the day pass in steps of two seconds, and of one where something is due."""
        waiting, lost = list(events), list[Event]()
        now = at("09:00")
        while now < at(until):
            now += 2 * SECOND
            told: list[Event] = []
            while waiting and waiting[0].time <= now:
                event = waiting.pop(0)
                dead = at(DEATH) <= event.time < at(RETURN) and event.source == "crm"
                (lost if dead else told).append(event)
            is_up = not at(DEATH) <= now < at(RETURN)
            if is_up and lost and self.repeats:
                told, lost = [*lost, *told], []
            if self.beats and is_up and now % (30 * SECOND) == 0:
                told += events_of(self.plan, [f"{clock((now - at('09:00')) // MINUTE)} alive -"])
            due = self.engine.next_instant()
            heard = {"crm": now} if self.vouches else {}
            if told or heard or (due is not None and due <= now) or now % MINUTE == 0:
                self._fold(Chunk(now, told, None, heard))

    def said(self, touchpoint: str) -> list[str]:
        """Return the transitions about a touchpoint; the empty name is about sources."""
        return [str(s["transition"]) for s in self.results.signals if s["touchpoint"] == touchpoint]

    def outcomes(self) -> dict[str, str]:
        """Return what became of the cases of the unplugged touchpoint."""
        rows = self.results.outcomes
        return {case: row.outcome for (name, case), row in rows.items() if name == "reply"}


BEAT = {"heartbeat": {"event": "alive", "every": "30s"}, "silent": {"after": "5m"}}
QUIET = {"silent": {"after": "2h"}}


def test_with_heartbeats(tmp_path: Path) -> None:
    """One `source silent`, no absence alert, and a stalled dealer elsewhere fires within wait + 2 s."""
    plan = plan_of(tmp_path, BEAT)
    feed = Feed(plan, beats=True, vouches=False, repeats=False)
    feed.run(morning(plan)[0], "14:30")
    assert feed.said("") == ["opened"]
    assert feed.said("reply") == []
    # The third caller of s00 who is not called back rang at 11:50, so it is due at 12:50.
    delay = feed.told_at["callback/waiting/s00"] - at("12:50")
    assert delay <= 60 * SECOND + 2 * SECOND
    print(
        f"with heartbeats: 1 source silent, 0 absence alerts, elsewhere after {delay / 1000:.0f} s"
    )


def test_without_heartbeats(tmp_path: Path) -> None:
    """What was told before the silence was noticed is withdrawn, and not more than `check` says."""
    plan = plan_of(tmp_path, QUIET)
    feed = Feed(plan, beats=False, vouches=False, repeats=False)
    events, _ = morning(plan)
    feed.run(events, "12:59")
    called_late = sum(outcome == "late" for outcome in feed.outcomes().values())
    opened = feed.said("reply").count("opened")
    most = unnoticed(plan.sources["crm"], plan.touchpoints["reply"], 30 * 6)
    assert most is not None
    assert 0 < called_late <= most
    feed.run([event for event in events if event.time > at("12:59")], "14:30")
    assert feed.said("reply").count("withdrawn") == opened
    assert feed.said("") == ["opened"]
    assert "late" not in feed.outcomes().values()
    print(
        f"without: {called_late} called late before it was noticed (check: up to {most}), all taken back"
    )


@pytest.mark.parametrize("vouches", [True, False])
def test_the_return(tmp_path: Path, vouches: bool) -> None:
    """Back with all it missed the feed is judged exactly; with nothing of it, it is unknown."""
    plan = plan_of(tmp_path, QUIET)
    events, truth = morning(plan)
    feed = Feed(plan, beats=False, vouches=vouches, repeats=vouches)
    feed.run(events, "16:30")
    found = feed.outcomes()
    if vouches:
        assert found == dict.fromkeys(truth, "kept")
    else:
        answered = {case: outcome for case, outcome in found.items() if outcome != "unknown"}
        assert set(answered.values()) == {"kept"}
        unseen = {case for case in found if found[case] == "unknown"}
        assert unseen
        assert all(
            at("10:00") <= at(clock(int(case.split("-")[1]))) < at("11:00") for case in unseen
        )
    assert feed.said("")[-1] == "resolved"
