"""From dashboards as values to the JSON that Grafana reads: `python -m deploy.grafana.build`.

The JSON is committed, so nobody needs the generator to use it; a test makes it anew and compares.
The data source is a variable, so a dashboard works wherever it is imported.
"""

import sys
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models.common import BigValueGraphMode, DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    FieldColorModeId,
    GridPos,
    VariableHide,
    VariableRefresh,
)

from deploy.grafana import customers_first, one_unit, the_service
from deploy.grafana.asking import stored
from deploy.grafana.board import (
    CALL_LIST,
    OPEN_ALERTS,
    SERVICE,
    WEEKLY_PAGES,
    Board,
    Panel,
    Variable,
)

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (customers_first.BOARD, one_unit.BOARD, the_service.BOARD)
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
COLUMNS = 24
_OPEN, _BEFORE = stored("erosion_alerts_open"), stored("erosion_alerts_open", ago="5m")
_MORE_ALERTS = (
    f"sum by (touchpoint) ({_OPEN}) > (sum by (touchpoint) ({_BEFORE}) "
    f"or sum by (touchpoint) (0 * {stored('erosion_touchpoint_info', ago='5m')}))"
)
ANNOTATIONS = (
    (
        "Alerts of the service",
        'ALERTS{alertname=~"Erosion.+", alertname!="ErosionAlertingWorks", alertstate="firing"}',
        "{{alertname}}",
    ),
    (
        "Alerts about promises",
        _MORE_ALERTS,
        "more open alerts at {{touchpoint}}",
    ),
    ("New configuration", "max(changes(erosion_plan_number[5m])) > 0", "another plan is in force"),
    (
        "New baseline",
        "max by (touchpoint) (changes(erosion_baseline_timestamp_seconds[5m])) > 0",
        "{{touchpoint}} learned what is usual",
    ),
)


_ADDRESS = Variable(SERVICE, "Service", "label_values(erosion_public_info, url)", is_many=False)
_OTHERS = (
    dashboard.DashboardLink("Dashboards")
    .type(DashboardLinkType.DASHBOARDS)
    .tags(["erosion"])
    .as_dropdown(as_dropdown=True)
    .keep_time(keep_time=True)
    .include_vars(include_vars=True)
)


def json_of(board: Board) -> str:
    """Return a dashboard as Grafana reads it."""
    return JSONEncoder(sort_keys=True, indent=2).encode(_dashboard(board).build()) + "\n"


def _dashboard(board: Board) -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.says)
        .tags(["erosion"])
        .readonly()
        .refresh("1m")
        .time(board.start, "now")
        .timezone("browser")
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
        )
    )
    for variable in board.variables:
        made.with_variable(_variable(variable))
    made.with_variable(_variable(_ADDRESS).hide(VariableHide.HIDE_VARIABLE))
    for title, url in (CALL_LIST, OPEN_ALERTS, WEEKLY_PAGES):
        made.link(dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(url))
    made.link(_OTHERS)
    for name, expression, title in ANNOTATIONS:
        made.annotation(_annotation(name, expression, title))
    _place(board, made)
    return made


def _place(board: Board, made: dashboard.Dashboard) -> None:
    """Put the panels from left to right, and each row under the one before."""
    across = down = number = 0
    for row in board.rows:
        made.with_row(dashboard.Row(row.title).grid_pos(GridPos(h=1, w=COLUMNS, x=0, y=down)))
        down, across, tallest = down + 1, 0, 0
        for panel in row.panels:
            if across + panel.width > COLUMNS:
                down, across, tallest = down + tallest, 0, 0
            number += 1
            place = GridPos(h=panel.height, w=panel.width, x=across, y=down)
            made.with_panel(_panel(panel, place, number))
            across, tallest = across + panel.width, max(tallest, panel.height)
        down += tallest


def _panel(panel: Panel, place: GridPos, number: int) -> Any:
    made: Any = stat.Panel() if panel.kind == "stat" else timeseries.Panel()
    made.id(number).title(panel.title).description(panel.says).datasource(SOURCE)
    made.unit(panel.unit).grid_pos(place).no_value("nothing yet")
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    if panel.kind == "stat":
        made.graph_mode(BigValueGraphMode.NONE).reduce_options(
            common.ReduceDataOptions().calcs(["lastNotNull"])
        )
        made.color_mode(shapes.BigValueColorMode.NONE)
        if any("{{" in legend for _, legend in panel.asks):
            made.text_mode(shapes.BigValueTextMode.VALUE_AND_NAME)
    else:
        # Colours tell lines apart, in the order in which they come, and judge nothing; shades of
        # one colour were tried and nobody could tell ten lines apart.
        made.min(0).color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
    if panel.to is not None:
        made.data_links([dashboard.DashboardLink(panel.to[0]).url(panel.to[1])])
    for place_of_ask, (expression, legend) in enumerate(panel.asks):
        query = prometheus.Dataquery().expr(expression).legend_format(legend or panel.title)
        made.with_target(query.ref_id(chr(ord("A") + place_of_ask)).datasource(SOURCE))
    return made


def _variable(variable: Variable) -> dashboard.QueryVariable:
    made = dashboard.QueryVariable(variable.name).label(variable.label).datasource(SOURCE)
    made.query(variable.query).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return made.multi(variable.is_many).include_all(variable.is_many)


def _annotation(name: str, expression: str, title: str) -> dashboard.AnnotationQuery:
    made = dashboard.AnnotationQuery().name(name).enable(enable=True).icon_color("blue")
    return made.datasource(SOURCE).expr(expression).title_format(title).step("60s")


def main() -> None:
    """Write the dashboards."""
    FOLDER.mkdir(exist_ok=True)
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(json_of(board), encoding="utf-8")
        sys.stdout.write(f"wrote {board.uid}.json\n")


if __name__ == "__main__":
    main()
