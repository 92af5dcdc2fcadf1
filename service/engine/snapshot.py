"""The whole state of an engine as named parts of plain values, and an engine made of them again.

Parts are cut so that none is large: cases by the thousand, memory of events by the day.  They are
read back one at a time, so that a start needs no more memory than the engine.  What can be
derived is not written: timers are filed again, indexes are built again.  `VERSION` is the form of
these values; a part of another form is not read, the log is folded instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from service.engine.adoption import adopt
from service.engine.facts import Fact, Known
from service.engine.fold import Engine
from service.engine.plan_data import from_data, to_data
from service.engine.ratio import Asked
from service.engine.seeking import Sought
from service.engine.stored_cases import Row, Shared, case_from, case_row
from service.engine.stored_streams import restore_stream, stream_row
from service.engine.tally import Tally
from service.engine.timeline import Timeline
from service.engine.track import Orphans, Track

VERSION = 1
CASES_A_PART = 20_000

Parts = Mapping[str, Any]


def parts_of(engine: Engine) -> Iterator[tuple[str, Any]]:
    """Yield (name, plain values) of everything the next fold depends on, in one order.

    Raise ValueError while cases still move to a new plan, or a chunk is half folded.
    """
    if engine.is_moving:
        raise ValueError("no snapshot while cases move to a new plan")
    if engine.is_amid:
        raise ValueError("no snapshot in the midst of a chunk")
    yield "head", _head(engine)
    for day, keys in sorted(engine.recorder.seen.days().items()):
        yield f"seen-{day}", [day, sorted(keys.items())]
    for track in engine.tracks:
        yield from _track_parts(track)


def engine_from(parts: Parts) -> Engine:
    """Return an engine in the state that `parts_of` described."""
    engine, head = Engine(), parts["head"]
    plan = from_data(head["plan"])
    engine.restore(adopt(plan, None, head["now"]), head)
    engine.recorder.tally = Tally(**head["tally"])
    for name in parts:
        if name.startswith("seen-"):
            engine.recorder.seen.restore(*parts[name])
    for name, state in head["books"]:
        engine.books[name].restore(state)
    for track, line in zip(engine.tracks, engine.lines, strict=True):
        _restore_track(track, line, parts)
    for line, state in zip(engine.timelines, head["lines"], strict=True):
        _restore_line(line, state)
    return engine


def _head(engine: Engine) -> dict[str, Any]:
    return {
        "plan": to_data(engine.plan),
        "now": engine.now,
        "frame": engine.frame,
        "day": engine.day,
        "tally": asdict(engine.tally),
        "hearing": engine.hearing.state(),
        "books": [[name, book.state()] for name, book in sorted(engine.books.items())],
        "lines": [_line(line) for line in engine.timelines],
    }


def _line(line: Timeline) -> Row:
    changes = [[*key, *counts] for key, counts in sorted(line.counts.changes.items())]
    return [line.watermark, line.counts.minute, changes, [_sought(s) for s in line.seekers.all()]]


def _restore_line(line: Timeline, state: Row) -> None:
    line.resume(state[0])
    line.counts.minute = state[1]
    for day, touchpoint, unit, via, *counts in state[2]:
        line.counts.changes[day, touchpoint, unit, via] = counts
    for row in state[3]:
        line.seekers.file(_sought_from(row), line.watermark)


def _track_parts(track: Track) -> Iterator[tuple[str, Any]]:
    shared, name = Shared(track), track.plan.id
    cases = [track.cases[name] for name in sorted(track.cases)]
    for first in range(0, len(cases), CASES_A_PART):
        rows = [case_row(case, shared) for case in cases[first : first + CASES_A_PART]]
        yield f"cases-{name}-{first // CASES_A_PART}", rows
    yield (
        f"streams-{name}",
        [stream_row(k, s, shared) for k, s in sorted(track.judges.streams.items())],
    )
    floors = [[*key, f.state(), f.filed] for key, f in sorted(track.shelves.floors.items())]
    orphans = [
        [o.id, [list(f) for f in o.facts], o.filed] for _, o in sorted(track.orphans.items())
    ]
    given = sorted(_sought(sought) for group in track.given.values() for sought in group)
    learning = [track.learning.state(), track.judges.state()]
    yield f"track-{name}", [shared.rows(), floors, orphans, given, track.not_opened, learning]


def _restore_track(track: Track, line: Timeline, parts: Parts) -> None:
    name, shared = track.plan.id, Shared(track)
    rows, floors, orphans, given, track.not_opened, *learning = parts[f"track-{name}"]
    shared.restore(rows)
    for asked, schedules in learning:
        track.learning.restore(asked)
        track.judges.restore(schedules)
    number = 0
    while (part := f"cases-{name}-{number}") in parts:
        _restore_cases(parts[part], shared, line)
        number += 1
    for row in parts[f"streams-{name}"]:
        stream, filed = restore_stream(row, shared)
        if filed >= 0:
            line.timers.file(stream, filed)
    _restore_rest(track, line, floors, orphans)
    for row in given:
        track.give(_sought_from(row))


def _restore_rest(track: Track, line: Timeline, floors: Row, orphans: Row) -> None:
    """Restore what waits for nobody's case: floors, and facts that came before their start."""
    for rule_id, key, state, filed in floors:
        rule = next(rule for rule in track.plan.rules if rule.id == rule_id)
        floor = track.shelves.floor(rule, tuple(key))
        if floor is not None:
            floor.restore(state)
            line.timers.file(floor, filed) if filed >= 0 else None
    for case, facts, filed in orphans:
        track.orphans[case] = found = Orphans(case, track.position)
        found.facts = tuple(Known(at, Fact(kind), key, text) for at, kind, key, text in facts)
        line.timers.file(found, filed)


def _restore_cases(rows: Row, shared: Shared, line: Timeline) -> None:
    track, cases, file = shared.track, shared.track.cases, line.timers.file
    for row in rows:
        case = case_from(row, shared)
        cases[case.id] = case
        for key in case.wanted:
            track.index.setdefault(key, []).append(case)
        if isinstance(case, Asked):
            track.shelves.put(case)
        filed, case.filed = case.filed, -1
        if filed >= 0:
            file(case, filed)


def _sought(sought: Sought) -> Row:
    return [sought.track, sought.fields, sought.values, list(sought.fact)]


def _sought_from(row: Row) -> Sought:
    at, kind, key, text = row[3]
    return Sought(row[0], tuple(row[1]), tuple(row[2]), Known(at, Fact(kind), key, text))
