"""Streams as plain values, and back: states, items, what people were told.

A stream may still count a case that was let go of; of such a one it keeps who it was for and where,
which is all that a message can ask.
"""

from collections.abc import Callable
from typing import Any

from alerts.signal import Level
from service.engine.case import Case
from service.engine.pacing import PaceState
from service.engine.share import ShareState
from service.engine.spread import SpreadState
from service.engine.stored_cases import Row, Shared, item_from, item_row
from service.engine.stream import Snapshot, State, Stream
from service.engine.track import Track
from service.engine.waiting import Past, WaitingState

VIA = 4
Find = Callable[[Row], Case]


def stream_row(key: tuple[str, str], stream: Stream, shared: Shared) -> Row:
    """Return one stream as plain values."""
    entries: Row = []
    if isinstance(stream.head, ShareState | PaceState | SpreadState):
        kept = stream.head.window.entries
        rows = [[edge, case and _who(case, shared), *more] for edge, case, *more in kept.rows]
        entries = [kept.first, rows]
    return [
        *key,
        entries,
        _state_row(stream.head, shared),
        [[at, _state_row(state, shared)] for at, state in stream.snapshots],
        [[item_row(item), _who(item.case, shared)] for item in stream.items],
        stream.since_snapshot,
        stream.episodes.state(),
        stream.filed,
        *([] if stream.history is None else [stream.history.state()]),
    ]


def restore_stream(row: Row, shared: Shared) -> tuple[Stream, int]:
    """Make a stream of the touchpoint again; return it with the instant it is filed under."""
    track = shared.track
    rule_id, scope, entries, head, snapshots, items, since, told, filed, *history = row
    rule = next(rule for rule in track.plan.rules if rule.id == rule_id)
    stream = track.judges.of(rule, scope)
    find = _finder(track, shared)
    if isinstance(stream.head, ShareState | PaceState | SpreadState):
        kept = stream.head.window.entries
        kept.first, rows = entries
        kept.rows = [(edge, who and find(who), *more) for edge, who, *more in rows]
    _restore_state(stream.head, head, find)
    stream.snapshots = [
        Snapshot(at, _restore_state(stream.head.copy(), state, find)) for at, state in snapshots
    ]
    stream.items = [item_from(item, find(who)) for item, who in items]
    stream.since_snapshot = since
    stream.episodes.restore(told)
    if stream.history is not None and history:
        stream.history.restore(history[0])
    return stream, filed


def _who(case: Case, shared: Shared) -> Row:
    """Name a case; one that was let go of with all that may be asked of it."""
    if shared.track.cases.get(case.id) is case:
        return [case.id]
    return [case.id, case.customer, shared.place_ref(case.place), case.started, case.via]


def _finder(track: Track, shared: Shared) -> Find:
    def find(who: Row) -> Case:
        if len(who) == 1:
            return track.cases[who[0]]
        gone = Case(who[0], track.position, ())
        gone.customer, gone.place, gone.started = who[1], shared.place(who[2]), who[3]
        # A state from before ways in were compared says nothing of them.
        gone.via = who[4] if len(who) > VIA else ""
        gone.ended = gone.started
        return gone

    return find


def _state_row(state: State, shared: Shared) -> Row:
    if not isinstance(state, WaitingState):
        return state.state()
    past = [
        [percent, [_who(group.cases[name], shared) for name in sorted(group.cases)]]
        for percent, group in sorted(state.past.items())
    ]
    return [*state.state()[:-1], past]


def _restore_state(state: State, row: list[Any], find: Find) -> State:
    if isinstance(state, ShareState):
        state.is_open, state.since, *window = row
        state.window.restore(window)
    elif isinstance(state, SpreadState):
        state.is_open, state.since, state.day, *window = row
        state.window.restore(window)
    elif isinstance(state, PaceState):
        state.restore(row)
    elif isinstance(state, WaitingState):
        state.is_open, state.improving, state.since, level, state.kept_in_row, past = row
        state.level = Level(level)
        for percent, people in past:
            state.past[percent] = group = Past()
            for who in people:
                group.add(find(who))
    return state
