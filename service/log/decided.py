"""What the control topic says: plans, versions of the rules, records set aside, gaps accepted.

Its one partition gives all processes one order.  Plans carry a number; of two with the same number
the one that stands first counts, so two people who change the configuration at once cannot put
half of the processes on one plan and half on the other.  What holds is brought into the log by every
intake before it sends anything by it; the same control from several has one id and is applied once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from service.engine.plan import Plan
from service.engine.plan_data import from_data, to_data
from service.engine.results import digest
from service.engine.sharding import topics
from service.log.entry import Told
from service.log.reading import FIRST

PLAN, ACCEPT, ASIDE, RULES, FAILED = "plan", "accept", "aside", "rules", "failed"
BASELINE = "baseline"
Record = tuple[bytes, bytes]


class InForce(NamedTuple):
    """Hold a plan with the id under which it was decided."""

    id: str
    plan: Plan


class Decided:
    """Follow what was decided; `changes` counts what concerns the log."""

    def __init__(self) -> None:
        """Begin with nothing decided."""
        self.plan: InForce | None = None
        self.rules = 0
        self.asides: dict[str, Mapping[str, Any]] = {}
        self.failed: Counter[str] = Counter()
        self.changes = 0
        self._baselines: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._fresh: set[str] = set()
        self.accepted: dict[str, Mapping[str, Any]] = {}

    def take_all(self, records: Iterable[tuple[str, bytes]]) -> list[Told]:
        """Take records in their order; return the controls that accept gaps, each once."""
        return [told for key, value in records if (told := self.take(key, value)) is not None]

    def take(self, key: str, value: bytes) -> Told | None:
        """Take the next record; return the control that accepts a gap, if it does."""
        kind, _, rest = key.partition("/")
        self.changes += kind in (PLAN, RULES, ASIDE)
        if kind == PLAN:
            self._take_plan(key, value)
        elif kind == RULES:
            self.rules = max(self.rules, int(rest))
        elif kind == ASIDE:
            self.asides[rest] = from_json(value)
        elif kind == BASELINE:
            self._take_baseline(key, value)
        elif kind == FAILED:
            self.failed[rest.rpartition("/")[0]] += 1
        elif kind == ACCEPT and key not in self.accepted:
            self.accepted[key] = dict(from_json(value))
            return Told(key, self.accepted[key])
        return None

    def controls(self, shard: str) -> list[Told]:
        """Return what must stand in a shard's log before anything is sent by it.

        Their stamp is the beginning of time: they hold from where they stand, and move no clock.
        """
        found = [Told(f"{RULES}/{self.rules}", {"kind": "semantics", "number": self.rules}, FIRST)]
        if self.plan is not None:
            found.append(Told(self.plan.id, to_data(self.plan.plan), FIRST))
        mine = [(key, row) for key, row in sorted(self.asides.items()) if row["shard"] == shard]
        found += [Told(f"{ASIDE}/{key}", row, FIRST) for key, row in mine]
        found += [Told(key, gap, FIRST) for key, gap in self._gaps_of(shard)]
        return found + [told for name, told in self._taught() if name == shard]

    def goes_on(self, topic: str, partition: int, incarnation: str, position: int) -> bool:
        """Tell whether a gap of a partition was accepted that reaches to a position or further."""
        place = (topic, partition, incarnation)
        gaps = self.accepted.values()
        mine = (g for g in gaps if (g["topic"], g["partition"], g["incarnation"]) == place)
        return any(gap["next"] >= position for gap in mine)

    def _gaps_of(self, shard: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """Yield what was accepted for a shard: whoever was to tell it may have been between two lives.

        Of each partition only the last time counts: what was accepted before has been told, or is past.
        """
        known = {} if self.plan is None else topics(self.plan.plan)
        newest: dict[tuple[str, int], int] = {}
        for gap in self.accepted.values():
            place = (gap["topic"], gap["partition"])
            newest[place] = max(gap.get("at", 0), newest.get(place, 0))
        for key, gap in self.accepted.items():
            is_last = gap.get("at", 0) == newest[gap["topic"], gap["partition"]]
            if is_last and shard in known.get(gap["topic"], ()):
                yield key, gap

    def fresh(self) -> list[tuple[str, Told]]:
        """Return what touchpoints were taught since the last call, each with its shard."""
        found = [(name, told) for name, told in self._taught() if told.id in self._fresh]
        self._fresh.clear()
        return found

    def _taught(self) -> list[tuple[str, Told]]:
        """Return the latest that each touchpoint of the plan was taught."""
        known = {} if self.plan is None else self.plan.plan.touchpoints
        return [
            (known[name].shard, Told(key, control, FIRST))
            for name, (key, control) in sorted(self._baselines.items())
            if name in known
        ]

    def _take_baseline(self, key: str, value: bytes) -> None:
        """Keep the latest answer for a touchpoint; of two to one question the first counts."""
        control = dict(from_json(value))
        known = self._baselines.get(control["touchpoint"])
        if known is None or (known[0] != key and control["since"] >= known[1]["since"]):
            self._baselines[control["touchpoint"]] = key, control
            self._fresh.add(key)

    def asides_of(self, shard: str) -> dict[int, frozenset[int]]:
        """Return the places of events that are left out, by the offset of their entry."""
        rows = [row for row in self.asides.values() if row["shard"] == shard]
        return {row["offset"]: frozenset(row["places"]) for row in rows}

    def suspects(self, shard: str, tries: int) -> set[int]:
        """Return the offsets of entries that could not be folded so many times."""
        names = [name.rsplit("/", 1) for name, count in self.failed.items() if count >= tries]
        return {int(offset) for found, offset in names if found == shard}

    def _take_plan(self, key: str, value: bytes) -> None:
        plan = from_data(from_json(value))
        if self.plan is None or plan.number > self.plan.plan.number:
            self.plan = InForce(key, plan)


def plan_record(plan: Plan) -> Record:
    """Return key and value of the record that decides for a plan."""
    data = to_data(plan)
    return f"{PLAN}/{plan.number}/{digest(data)[:16]}".encode(), to_json(data)


def baseline_record(control: Mapping[str, Any]) -> Record:
    """Return key and value of the record that says what is usual at a touchpoint."""
    return f"{BASELINE}/{control['id']}".encode(), to_json(control)


def rules_record(number: int) -> Record:
    """Return key and value of the record that decides for a version of the rules."""
    return f"{RULES}/{number}".encode(), to_json({"number": number})


def accept_record(gap: Mapping[str, Any]) -> Record:
    """Return key and value of the record that goes on behind a gap."""
    # With its instant: who accepts the same place again means another gap there.
    place = ("topic", "partition", "incarnation", "next", "at")
    return "/".join([ACCEPT, *(str(gap[key]) for key in place)]).encode(), to_json(gap)


def failed_record(shard: str, offset: int, life: str) -> Record:
    """Return key and value of the record that says that an entry could not be folded."""
    return f"{FAILED}/{shard}/{offset}/{life}".encode(), to_json({"shard": shard, "offset": offset})


def aside_record(shard: str, offset: int, places: list[int], sources: Mapping[str, int]) -> Record:
    """Return key and value of the record that sets events of an entry aside."""
    place = {"shard": shard, "offset": offset, "places": places, "sources": dict(sources)}
    return f"{ASIDE}/{shard}/{offset}".encode(), to_json({"kind": "aside", **place})
