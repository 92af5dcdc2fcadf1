"""A silence is remembered for as long as somebody waited through it."""

from pathlib import Path

from tests.engine.test_silence import BEAT, shop


def test_an_old_silence_still_excuses_who_waited_through_it(tmp_path: Path) -> None:
    """A case that fell due in a silence stays unknown, however late it is heard of again."""
    day = {"correct_for": "1d"}
    world = shop(tmp_path, {"crm": BEAT | day, "phone": day})
    world.tick_to("09:00", beat="crm")
    world.tell("09:00 ask c1 unit=a")
    world.tick_to("10:30")
    world.tick_to("2026-09-16T10:00", beat="crm")
    assert world.outcomes() == {"c1": "unknown"}
    world.tell("2026-09-16T09:30:00+02:00 answer c1")
    assert world.outcomes() == {"c1": "unknown"}
