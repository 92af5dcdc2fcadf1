"""Controls: what the log itself tells an engine to do, beside the facts.

A plan takes effect, a service begins to listen, newer rules take over, records were set aside, input
was lost and somebody decided to go on.  An unknown kind is refused: an older program that skipped it
would decide otherwise than the newer one that wrote it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.engine.adoption import adopt
from service.engine.plan_data import from_data

if TYPE_CHECKING:
    from service.engine.fold import Engine

Control = Mapping[str, Any]


def obey(engine: "Engine", control: Control) -> None:
    """Take a control; raise ValueError for a kind that is not known."""
    kind = control.get("kind", "plan")
    if kind not in _KINDS:
        raise ValueError(f"a control of kind {kind!r} is not known")
    _KINDS[kind](engine, control)


def _plan(engine: "Engine", control: Control) -> None:
    plan = from_data(dict(control))
    before = engine.adopted
    engine.adopted = adopt(plan, before, engine.now)
    engine.hearing.adopt(plan.sources, engine.adopted.calendars)
    engine.absence.adopt(engine.adopted)
    if before is not None:
        engine.absence.leave_out(before.plan.exclusions)
        engine.reconcile = True


def _start(engine: "Engine", _: Control) -> None:
    engine.hearing.start(engine.now)


def _semantics(engine: "Engine", control: Control) -> None:
    engine.frame = int(control.get("frame", engine.frame))
    engine.reconcile = engine.begun


def _aside(engine: "Engine", control: Control) -> None:
    engine.recorder.tally.set_aside += len(control["places"])
    engine.hearing.tell_aside(control["sources"], engine.now)


def _gap(engine: "Engine", control: Control) -> None:
    for name in control["sources"]:
        engine.hearing.tell_gap(name, control, engine.now)


def _accept(engine: "Engine", control: Control) -> None:
    for name in control["sources"]:
        engine.hearing.accept(name, engine.now, is_last=not control.get("left"))
        engine.absence.believe(name)


def _baseline(engine: "Engine", control: Control) -> None:
    for track in engine.tracks:
        if track.plan.id == control["touchpoint"]:
            engine.taught += track.learning.take(control)


_KINDS = {
    "plan": _plan,
    "start": _start,
    "semantics": _semantics,
    "aside": _aside,
    "gap": _gap,
    "accept": _accept,
    "baseline": _baseline,
}
