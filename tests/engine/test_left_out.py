"""Days that do not count: what is left out of every rule is judged all the same, and as fairly."""

from pathlib import Path

from tests.engine.test_silence import QUIET, THREE, shop
from tests.worlds import DAY

SNOW = {"name": "snow", "first_day": DAY, "last_day": DAY, "why": "snow"}


def test_what_is_left_out_is_not_called_late_in_a_silence(tmp_path: Path) -> None:
    """A case that no rule counts is unknown, too, once its source turns out to have stopped."""
    world = shop(tmp_path, {"crm": QUIET}, exclusions=[SNOW])
    world.tick_to("09:00")
    world.tell(*THREE)
    world.tick_to("10:30")
    assert set(world.outcomes().values()) == {"late"}
    world.tick_to("11:05")
    assert world.said() == ["opened source silent crm"]
    assert set(world.outcomes().values()) == {"unknown"}
