"""Dashboards: the committed JSON is what the source makes, and every panel says what to do."""

import json
import re

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import Gauge

from deploy.grafana.asking import stored
from deploy.grafana.board import Board, Panel
from deploy.grafana.build import ANNOTATIONS, BOARDS, COLUMNS, FOLDER, SOURCE, json_of
from service import judged
from service.board import measures, unit_measures
from service.hosts.shown import BUILD
from service.metrics import REGISTRY
from service.positions import FRAME
from service.scored import DROPS, LEAD, WARNINGS

EVERY = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
JUDGING = re.compile(r"\b(red|green|amber|yellow|orange)\b", re.IGNORECASE)


def panels(board: Board) -> list[Panel]:
    """Return all panels of a dashboard."""
    return [panel for row in board.rows for panel in row.panels]


@EVERY
def test_the_json_is_what_the_source_makes(board: Board) -> None:
    """Make it anew with `python -m deploy.grafana.build`."""
    assert (FOLDER / f"{board.uid}.json").read_text("utf-8") == json_of(board)


@EVERY
def test_nothing_is_lost_on_the_way_through_the_schema(board: Board) -> None:
    """What Grafana's own shapes do not know would not survive being read and written again."""
    register_default_plugins()
    text = (FOLDER / f"{board.uid}.json").read_text("utf-8")
    read = Dashboard.from_json(json.loads(text))
    assert json.loads(JSONEncoder(sort_keys=True).encode(read)) == json.loads(text)


@EVERY
def test_every_panel_helps(board: Board) -> None:
    """A panel has a title, a unit, a description in sentences, a place, and the chosen data source."""
    made = json.loads(json_of(board))
    assert not made["editable"]
    shown = [panel for panel in made["panels"] if panel["type"] != "row"]
    assert len(shown) == len(panels(board))
    for panel in shown:
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= COLUMNS
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == SOURCE.uid
    titles = [panel["title"] for panel in shown]
    assert len(titles) == len(set(titles))
    assert made["templating"]["list"][0]["type"] == "datasource"
    drawn = [one["name"] for one in made["annotations"]["list"]]
    assert drawn[-4:] == [name for name, *_ in ANNOTATIONS]


@EVERY
def test_people_are_not_judged_by_colours(board: Board) -> None:
    """No panel colours a number by how good it is, and those on top are whole."""
    made = json.loads(json_of(board))
    for panel in made["panels"]:
        assert not JUDGING.search(json.dumps(panel)), panel["title"]
    assert all(panel.decimals == 0 for panel in BOARDS[0].rows[0].panels)


@EVERY
def test_only_metrics_that_there_are(board: Board) -> None:
    """Every name in a query is a metric of ours."""
    assert {judged.JUDGED, LEAD, FRAME, BUILD}
    known = {name for names in REGISTRY._collector_to_names.values() for name in names}
    known |= {*measures.GAUGES, *unit_measures.GAUGES}
    asked = [expression for panel in panels(board) for expression, _ in panel.asks]
    asked += [variable.query for variable in board.variables]
    named = {name for text in asked for name in re.findall(r"erosion_[a-z_]+", text)}
    assert named <= known


@EVERY
def test_ways_from_a_dashboard(board: Board) -> None:
    """A board leads to the lists behind the alerts; its address comes from the service itself."""
    made = json.loads(json_of(board))
    ways = [link["url"] for link in made["links"] if link["type"] == "link"]
    assert ways == ["${service:raw}/waiting", "${service:raw}/alerts", "${service:raw}/digests"]
    (address,) = [one for one in made["templating"]["list"] if one["name"] == "service"]
    assert address["query"] == "label_values(erosion_public_info, url)"
    named = {one["name"] for one in made["templating"]["list"]} | {"__field", "__url_time_range"}
    for panel in made["panels"]:
        for link in panel.get("fieldConfig", {}).get("defaults", {}).get("links", []):
            assert set(re.findall(r"\$\{([a-z_]+)", link["url"])) <= named
            for label in re.findall(r"__field\.labels\.(\w+)", link["url"]):
                assert all(label in target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("gauge", [LEAD, DROPS, WARNINGS], ids=lambda gauge: gauge._name)
def test_what_every_desk_tells_is_counted_once(gauge: Gauge) -> None:
    """A stored figure is asked for by all of its labels, and by none of the process that tells it."""
    labels = ", ".join(gauge._labelnames)
    assert stored(gauge._name) == f"max by ({labels}) ({gauge._name})"


def test_no_stored_figure_is_asked_for_plainly() -> None:
    """Two desks tell the same people: a sum over both would count them twice, a join be refused."""
    names = [*measures.GAUGES, *unit_measures.GAUGES, "erosion_customers_week", LEAD._name]
    asked = [query for _, query, _ in ANNOTATIONS]
    asked += [query for board in BOARDS for panel in panels(board) for query, _ in panel.asks]
    for query in asked:
        for name in names:
            plain = re.sub(rf"max(?: by \([a-z, ]+\))? \({name}", "", query)
            assert not re.search(rf"{name}\b", plain), query


def test_the_seven_rows_of_the_customer_room() -> None:
    """Customers first walks its seven questions in order."""
    assert [row.title[0] for row in BOARDS[0].rows] == list("1234567")
