"""Every panel of every dashboard, asked of a real Prometheus that scrapes the real service."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.grafana.board import Board, Panel
from deploy.grafana.build import ANNOTATIONS, BOARDS
from service.simulator.run import run
from tests.deploy.prometheus import Prometheus, prometheus
from tests.running import service, until

pytestmark = pytest.mark.live
CONFIG = Path("config")
# What is rightly empty in this world: nothing waits to be delivered, it is too young for a
# checkpoint, and it has neither Kafka nor TLS.
EMPTY = {
    "Age of the oldest message not delivered",
    "Age of the newest checkpoint",
    "Records not in the log yet",
    "Until our certificates end",
}
ENOUGH = 3
SCRAPES = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
scrape_configs:
  - job_name: erosion
    static_configs: [{{targets: ["{one}", "{other}"]}}]
  - job_name: erosion-units
    metrics_path: /metrics/units
    static_configs: [{{targets: ["{one}", "{other}"]}}]
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Return a Prometheus beside a service that knows nine weeks of ten dealers."""
    folder = tmp_path_factory.mktemp("dashboards")
    stream, data = folder / "stream.ndjson", folder / "data"
    run(stream, folder / "truth.json", seed=2, dealers=10, weeks=9, survey_answered=1.0)
    with service(data, CONFIG, "--clock", "events") as running:
        assert running.post(stream.read_bytes()).is_success
        running.stop()
    # Once more, because our own score is reckoned at the start.
    with service(data, CONFIG, "--clock", "events") as running:
        address = running.address.removeprefix("http://")
        # The same process under two names, which is how two desks look: one set of stored figures.
        text = SCRAPES.format(one=address, other=address.replace("127.0.0.1", "localhost"))
        with prometheus(folder / "prometheus", text) as found:
            # Scores come last, after a year of answers was read.
            until(lambda: len(found.ask("erosion_customers_week")) > 0, seconds=60)
            until(lambda: _scraped(found), seconds=60)
            yield found


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_panel_has_an_answer(asked: Prometheus, board: Board) -> None:
    """No query is refused, and none is empty but those that have to be."""
    unit = asked.ask("erosion_unit_promises_kept")[0]["metric"]["unit"]
    panels = [panel for row in board.rows for panel in row.panels]
    empty = {
        panel.title for panel in panels for query in _queries(panel, unit) if not asked.ask(query)
    }
    assert empty <= EMPTY


def test_nobody_is_counted_twice(asked: Prometheus) -> None:
    """With two desks the panels show as many people and promises as with one."""
    assert len(asked.ask("erosion_commitments_open")) == 2, "two tell of it"
    panels = {panel.title: panel for row in BOARDS[0].rows for panel in row.panels}
    for title, name in (
        ("Promises made", "erosion_promises_counted"),
        ("People waiting now", "erosion_people_waiting"),
    ):
        (query,) = _queries(panels[title], "")
        shown = sum(float(row["value"][1]) for row in asked.ask(query))
        (once,) = asked.ask(f'sum({name}{{instance=~"localhost.*"}})')
        assert shown == float(once["value"][1]) > 0


@pytest.mark.parametrize(
    ("name", "query", "_"), ANNOTATIONS, ids=[name for name, *_ in ANNOTATIONS]
)
def test_every_annotation_can_be_asked(asked: Prometheus, name: str, query: str, _: str) -> None:
    """What is drawn across all panels can be asked; a service that was just started makes no news."""
    assert asked.ask(query) == [], name


def test_the_way_back_is_known(asked: Prometheus) -> None:
    """The links of the dashboards lead to where this service listens."""
    urls = {found["metric"]["url"] for found in asked.ask("erosion_public_info")}
    assert len(urls) == 1
    assert urls.pop().startswith("http://127.0.0.1:")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_choice_has_values(asked: Prometheus, board: Board) -> None:
    """What a reader may choose from is there."""
    for variable in board.variables:
        metric, label = re.findall(r"[a-z_]+", variable.query)[-2:]
        assert asked.ask(f"count by ({label}) ({metric})"), variable


def _queries(panel: Panel, unit: str) -> list[str]:
    filled = (("$touchpoint", ".+"), ("$unit", unit))
    found = [expression for expression, _ in panel.asks]
    for name, value in filled:
        found = [expression.replace(name, value) for expression in found]
    return found


def _scraped(found: Prometheus) -> bool:
    counts = found.ask("min(count_over_time(up[1m]))")
    return bool(counts) and float(counts[0]["value"][1]) >= ENOUGH
