"""A chunk folded bit by bit says what it says in one go (01, section 5, "Frames")."""

import pytest

from service.engine.fold import ITEMS_MAX, Engine
from service.engine.plan_data import to_data
from service.engine.results import state_hash
from service.engine.snapshot import parts_of
from service.engine.values import Chunk, Event, Frame
from tests.worlds import plan_of

AT = 1_789_369_200_000
CASES = 3 * ITEMS_MAX
DUE = AT + 3_600_000


def request(number: int) -> Event:
    """Return a request; all are made in one second."""
    who = (f"c{number:05}", "abc"[number % 3], f"k{number}")
    return Event(number, 0, "crm", f"e{number}", "ask", AT + number % 1000, None, *who, "", "", {})


@pytest.fixture(scope="module")
def chunks(tmp_path_factory: pytest.TempPathFactory) -> list[Chunk]:
    """Return a log in which many promises fall due under one tick, with another chunk behind it."""
    folder = tmp_path_factory.mktemp("bits")
    plan = plan_of(folder, promise="1h", measure={"clock": "customer"})
    events = [request(number) for number in range(CASES)]
    answer = events[0]._replace(key=CASES, id="late", type="answer", time=DUE)
    return [
        Chunk(-(2**62), (), to_data(plan)),
        Chunk(AT + 1000, events),
        Chunk(AT + 62_000),
        Chunk(DUE + 120_000),
        Chunk(DUE + 130_000, [answer]),
    ]


def bits(engine: Engine, chunk: Chunk) -> list[list[Frame]]:
    """Fold a chunk bit by bit."""
    engine.begin(chunk)
    found = []
    while engine.is_amid:
        found.append(engine.go_on())
    return found


def test_bits_are_the_same_frames_and_the_same_state(chunks: list[Chunk]) -> None:
    """Frames, their numbers and the state do not depend on who stops in between."""
    straight, broken = Engine(), Engine()
    steps = 0
    for chunk in chunks:
        found = bits(broken, chunk)
        steps = max(steps, len(found))
        assert [frame for frames in found for frame in frames] == straight.fold(chunk)
    assert state_hash(broken) == state_hash(straight)
    assert steps >= 2 * CASES // ITEMS_MAX


def test_no_bit_is_large(chunks: list[Chunk]) -> None:
    """A step puts out at most one frame, with at most so many cases that became due."""
    engine = Engine()
    for chunk in chunks[:3]:
        engine.fold(chunk)
    found = bits(engine, chunks[3])
    assert max(map(len, found)) == 1
    assert max(len(frame.outcomes) for frames in found for frame in frames) <= ITEMS_MAX


def test_what_is_left_comes_before_the_next_chunk(chunks: list[Chunk]) -> None:
    """Whoever folds on without finishing gets the rest first; no fact meets half a judgement."""
    straight, broken = Engine(), Engine()
    wanted = [frame for chunk in chunks for frame in straight.fold(chunk)]
    frames = [frame for chunk in chunks[:3] for frame in broken.fold(chunk)]
    broken.begin(chunks[3])
    frames += broken.go_on()
    frames += broken.fold(chunks[4])
    assert frames == wanted


def test_no_snapshot_in_the_midst(chunks: list[Chunk]) -> None:
    """Half a chunk is no state to begin from."""
    engine = Engine()
    engine.fold(chunks[0])
    engine.begin(chunks[1])
    with pytest.raises(ValueError, match="in the midst"):
        list(parts_of(engine))
