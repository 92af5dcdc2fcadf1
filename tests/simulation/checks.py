"""What must hold once everything has calmed down; three witnesses say what that is.

The shadow folded the durable log without a crash, the clean run the same facts; an account was kept.
"""

from collections import Counter
from collections.abc import Iterator

from alerts.outbox import OutboxRow
from alerts.signal import Signal
from service.engine.results import Results, state_hash
from service.engine.values import Event, Outcome
from service.log.codec import decode_events
from tests.engine.test_late_facts import findings, met
from tests.simulation.facts import BEAT, CORRECT_FOR
from tests.simulation.lives import lives_of
from tests.simulation.run import Simulation
from tests.simulation.world import MINUTE, calm

COLUMNS = ("kept", "late", "gave up", "unknown", "open")
FUTURE, FOREVER = 5 * MINUTE, 2**62
WAITED_FOR = ("answer-request", "request-to-drive")


def check(run: Simulation) -> None:
    """Hold a finished run against all witnesses."""
    same_as_undisturbed(run)
    delivered(run)
    told_to_the_end(run)
    accounted(run)
    nothing_is_judged_early(run)
    readings_are_sums(run)
    if run.swarm.mode == "exact":
        equal_to_clean(run)
    if run.swarm.mode != "alone":
        meets_clean(run)
        meets_oracle(run)
    if "dead feed" in run.swarm.on:
        silence_is_no_neglect(run)
    run.figures.compared[run.swarm.mode] += 1


def same_as_undisturbed(run: Simulation) -> None:
    """Equality 1: state, frames and messages are those of folding the log in one go."""
    assert run.host is not None
    for number, frame in enumerate(run.disk.frames, 1):
        assert frame.number == number, "a frame is missing or applied twice"
    assert run.disk.frames == run.shadow.frames, "frames differ from those of the log"
    assert state_hash(run.host.engine) == run.shadow.hash(), "the state differs from the log's"
    # What is decided in one go may share a message, so what is compared is who hears of what.
    wanted = {said for row in run.shadow.rows.values() for said in _said(row)}
    found = {said for stored in run.disk.outbox.values() for said in _said(stored.row)}
    assert not wanted - found, f"{len(wanted - found)} messages were never written"
    assert not found - wanted, f"{len(found - wanted)} messages that nobody decided on"


def delivered(run: Simulation) -> None:
    """Every message reached its channel at least once, or is dead with a reason."""
    received = Counter(key for key, _ in run.inbox.received)
    for key, stored in run.disk.outbox.items():
        assert stored.state in ("sent", "dead"), f"a message is still {stored.state}"
        assert stored.state != "sent" or key in received, "a message was marked and never sent"
        assert stored.state != "dead" or stored.detail, "a message died without a reason"
    invented = received.keys() - run.disk.outbox.keys()
    assert not invented, f"{len(invented)} messages were invented"
    ways: dict[tuple[object, ...], set[str]] = {}
    for key, row in run.inbox.received:
        for said in _said(row):
            ways.setdefault(said, set()).add(key)
    assert all(len(keys) == 1 for keys in ways.values()), "one transition under two keys"
    _count_deliveries(run, received)


def told_to_the_end(run: Simulation) -> None:
    """A loud finding is told unless another says it, and whoever was told hears of its end."""
    told: dict[str, dict[int, set[str]]] = {}
    for stored in run.disk.outbox.values():
        for alert, number in stored.row.alerts:
            told.setdefault(alert, {}).setdefault(number, set()).add(stored.row.receiver)
    lives = list(lives_of(_signals(run)))
    for life in lives:
        heard = told.get(life.id, {})
        harmed = life.customers or life.closed_at is None
        if life.is_loud and harmed and not heard and not life.is_withdrawn:
            assert any(other.covers(life) for other in lives), f"nobody was told of {life.name}"
        before = {name for number, names in heard.items() if number < life.last for name in names}
        if life.closed_at is not None:
            missing = before - {r for n, names in heard.items() if n >= life.closing for r in names}
            assert not missing, f"{missing} never heard that {life.name} is over"


def accounted(run: Simulation) -> None:
    """Each event in the log was taken once, known, too late or ahead of its time; all counted."""
    assert run.host is not None
    wanted, late_news = _account(run)
    tally = run.host.engine.tally
    known_or_late = tally.duplicates + tally.too_late
    found = Counter(taken=tally.accepted, future=tally.future, known_or_late=known_or_late)
    assert found == wanted, f"counted {dict(found)}, sent {dict(wanted)}"
    listed = [event.key for frame in run.disk.frames for event in frame.too_late]
    ahead = [event.key for frame in run.disk.frames for event in frame.future]
    assert len(listed) == tally.too_late, "the late list is not what was counted"
    assert len(ahead) == tally.future, "what was set aside is not what was counted"
    assert late_news <= set(listed), "a fact that came too late is not on the list"
    durable = Counter(event.key for _, events in _log(run) for event in events)
    answered = Counter(delivery.event.key for delivery in run.senders.answered)
    assert not answered - durable, "an event was answered and is not in the log"


def nothing_is_judged_early(run: Simulation) -> None:
    """Nobody is called late before every source has had its time to tell."""
    for frame in run.disk.frames:
        for row in frame.outcomes:
            if row.outcome == "late" and row.due is not None and row.touchpoint in WAITED_FOR:
                assert frame.stamp >= row.due + MINUTE, f"{row.case} is judged too early"


def readings_are_sums(run: Simulation) -> None:
    """Asked = kept + late + gave up + unknown + open, for each touchpoint and unit."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in run.results.outcomes.values():
        sums[row.touchpoint, row.unit, row.outcome] += 1
    found: Counter[tuple[str, str, str]] = Counter()
    for (_, touchpoint, unit, _), counts in run.results.readings.items():
        for column, number in zip(COLUMNS, counts, strict=True):
            found[touchpoint, unit, column] += number
    assert +found == +sums, "readings are not the sums of outcomes"
    assert min(found.values(), default=0) >= 0, "a reading is negative"


def equal_to_clean(run: Simulation) -> None:
    """Equality 2: within `wait`, the results are equal, signals and all."""
    found, wanted = calm(run.results), run.world.clean.results
    assert found.hash() == wanted.hash(), f"results differ: {_difference(found, wanted)}"


def meets_clean(run: Simulation) -> None:
    """Equality 3: outcomes, readings and streams are equal, findings meet."""
    clean, found = run.world.clean, calm(run.results)
    differing = [
        key
        for key in clean.results.outcomes.keys() | found.outcomes.keys()
        if clean.results.outcomes.get(key) != found.outcomes.get(key)
    ]
    assert not differing, f"outcomes differ: {_outcomes(run, differing[0])}"
    assert _counts(found) == _counts(clean.results), "readings differ from the clean run"
    assert run.counted == clean.counted, "streams count other things than in the clean run"
    told, truth = findings(found), clean.findings
    assert told.keys() == truth.keys(), f"findings differ: {told.keys() ^ truth.keys()}"
    for where, spans in told.items():
        assert met(spans, truth[where]), f"a finding that never was: {where}"
        assert met(truth[where], spans), f"a finding that is missing: {where}"
        open_now = sum(end == FOREVER for _, end in spans)
        assert open_now == sum(end == FOREVER for _, end in truth[where]), f"open or not: {where}"


def meets_oracle(run: Simulation) -> None:
    """The oracle, which reads the file alone, finds the same outcomes."""
    for touchpoint, wanted in run.world.clean.truth.items():
        outcomes = run.results.outcomes.items()
        found = {case: row.outcome for (name, case), row in outcomes if name == touchpoint}
        assert found == wanted, f"the oracle disagrees about {touchpoint}"


def silence_is_no_neglect(run: Simulation) -> None:
    """No promise that fell due in a silence is called late on the strength of that silence."""
    gaps = list(_silences(run))
    for row in run.results.outcomes.values():
        if row.touchpoint == "answer-request" and row.outcome == "late" and row.ended is None:
            due = row.due or 0
            assert not any(a < due <= b for a, b in gaps), f"{row.case} is late in a silence"
    run.figures.faults["silence noticed"] += len(gaps)


def _silences(run: Simulation) -> Iterator[tuple[int, int]]:
    begun: int | None = None
    for _, signal in _signals(run):
        if signal.rule != "source silent" or signal.scope != "crm":
            continue
        if signal.reason == "no news":
            since = signal.evidence["since"]
            assert isinstance(since, int)
            begun = since
        elif signal.closes and begun is not None:
            yield begun, signal.instant
            begun = None


def _account(run: Simulation) -> tuple[Counter[str], set[int]]:
    """Class every event of the log by the plain rules."""
    now = -(2**62)
    known: set[int] = set()
    wanted: Counter[str] = Counter(taken=0, future=0, known_or_late=0)
    late_news: set[int] = set()
    for stamp, events in _log(run):
        now = max(now, stamp)
        for event in events:
            if event.time > now + FUTURE:
                wanted["future"] += 1
            elif event.type == BEAT:
                wanted["taken"] += 1
            elif event.key in known or event.time < now - CORRECT_FOR:
                wanted["known_or_late"] += 1
                late_news |= {event.key} - known
            else:
                known.add(event.key)
                wanted["taken"] += 1
    return wanted, late_news


def _log(run: Simulation) -> Iterator[tuple[int, list[Event]]]:
    for _, stamp, kind, payload in run.disk.chunks:
        yield stamp, decode_events(payload) if kind == "events" else []


def _signals(run: Simulation) -> Iterator[tuple[int, Signal]]:
    for frame in run.disk.frames:
        yield from ((frame.stamp, signal) for signal in frame.signals)


def _said(row: OutboxRow) -> list[tuple[object, ...]]:
    way = row.receiver, row.channel, repr(sorted(row.settings.items()))
    return [(alert, *way) for alert in row.alerts]


def _counts(results: Results) -> dict[object, object]:
    return {key: counts for key, counts in results.readings.items() if any(counts)}


def _outcomes(run: Simulation, key: tuple[str, str]) -> tuple[Outcome | None, Outcome | None]:
    return run.results.outcomes.get(key), run.world.clean.results.outcomes.get(key)


def _difference(found: Results, wanted: Results) -> str:
    outcomes = sum(wanted.outcomes.get(key) != row for key, row in found.outcomes.items())
    return f"{outcomes} outcomes, {[s for s in found.signals if s not in wanted.signals][:3]}"


def _count_deliveries(run: Simulation, received: Counter[str]) -> None:
    figures = run.figures
    figures.events += sum(len(events) for _, events in _log(run))
    figures.alerts += len({signal.id for _, signal in _signals(run)})
    figures.messages += len(run.disk.outbox)
    figures.deliveries += received.total()
    figures.repeated += received.total() - len(received)
    figures.dead += sum(stored.state == "dead" for stored in run.disk.outbox.values())
    for delivery in run.senders.answered:
        if delivery.kind:
            figures.faults[delivery.kind] += 1
