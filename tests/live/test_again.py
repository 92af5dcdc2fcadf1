"""What is done again after a PostgreSQL server went away leaves what one that stayed would."""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from service.store.database import open_store
from tests.live.postgres import Cluster, cluster, standby
from tests.live.severed import Line, line
from tests.live.turns import TURNS, content, lived, undisturbed

pytestmark = pytest.mark.live
SEEDS = [int(seed) for seed in os.environ.get("EROSION_SEEDS", "1").split()]


def _troubles(server: Cluster, link: Line) -> dict[str, Callable[[], None]]:
    def restart(end: Callable[[], None]) -> None:
        end()
        server.start()

    def end_sessions() -> None:
        server.ask(terminate)

    terminate = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'erosion' AND pid <> pg_backend_pid()"
    )
    return {
        "killed": lambda: restart(server.kill9),
        "stopped": lambda: restart(server.stop),
        "sessions ended": end_sessions,
        "answer lost": lambda: setattr(link, "sever", "after"),
        "commit lost": lambda: setattr(link, "sever", "before"),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_done_again_is_exact(tmp_path: Path, seed: int) -> None:
    """Killed, stopped and cut off, between turns, inside them and at their ends: as if undisturbed."""
    draw, told = random.Random(seed), list[str]()
    with cluster() as server, line(server.port) as link:
        troubles = _troubles(server, link)
        store = open_store(re.sub(r":\d+/", f":{link.port}/", server.url()))

        def trouble() -> None:
            told.append(draw.choice(sorted(troubles)))
            troubles[told[-1]]()

        lived(store, trouble)
        found = content(store)
        store.close()
    assert set(told) == set(troubles)
    assert found == undisturbed(tmp_path)
    assert found["position"] == [f"('a', {2 * TURNS}, {2 * TURNS})"]


def test_a_failover_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The first server dies in a transaction, its standby is promoted: the worker goes on there."""
    with cluster() as first, standby(first) as second:
        both = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
        store = open_store(first.url().replace(f"127.0.0.1:{first.port}", both))
        turns = iter(range(TURNS))

        def trouble() -> None:
            if next(turns) == TURNS // 2:
                first.kill9()
                second.ask("SELECT pg_promote()")

        lived(store, trouble)
        assert store.rows("SHOW port") == [(str(second.port),)]
        found = content(store)
        store.close()
    assert found == undisturbed(tmp_path)
