"""When the engine asks for a tick: as often as time alone changes something, and no more."""

from pathlib import Path

from tests.engine.test_silence import at, shop


def test_what_was_told_of_a_source_is_not_waited_for_again(tmp_path: Path) -> None:
    """A source that was never heard asks for one tick, not for one every second from then on."""
    world = shop(tmp_path, {}, live=True)
    world.tell("08:30 note -")
    assert world.engine.next_instant() == at("08:40")
    world.tick_to("08:41")
    assert world.said() == ["opened source silent phone"]
    assert world.engine.next_instant() is None
