"""The dashboards as pictures: `make dashboard-pictures`.

A network is invented and its weeks go through the real service.  What the service says of itself each
half hour is filled into a real Prometheus under the time of the story, every panel is asked of it, and
the panels are drawn in Chromium by the components that Grafana itself draws with.  The service's own
dashboard is drawn from some minutes of a busy one (tests.deploy.busy).
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.grafana.board import Board
from deploy.grafana.build import BOARDS, json_of
from service.simulator.run import run
from tests.deploy import busy
from tests.deploy.prometheus import Prometheus, prometheus
from tests.live.needs import program
from tests.running import Running, service

CONFIG, RENDER = Path("config"), Path("deploy/grafana/render")
HALF_HOUR_S, DAY_S = 1800, 86_400
SHOWN_S = 21 * DAY_S
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css">
<body style="margin:16px;background:#f4f5f5"><div id="board"></div>
<script>window.__grafana_public_path__="/";window.BOARD={board};window.ANSWERS={answers};</script>
<script src="page.js"></script>"""


def lived(folder: Path, told: Path) -> int:
    """Write what a service said of itself, as text for Prometheus; return the last second of it."""
    stream, data = folder / "stream.ndjson", folder / "data"
    run(stream, folder / "truth.json", seed=2, dealers=10, weeks=9, survey_answered=1.0)
    lines = stream.read_bytes().splitlines(keepends=True)
    last = _second(lines[-1])
    with told.open("w", encoding="utf-8") as out:
        with service(data, CONFIG, "--clock", "events") as running:
            for step, part in groupby(lines, key=lambda line: _second(line) // HALF_HOUR_S):
                assert running.post(b"".join(part)).is_success
                at = (step + 1) * HALF_HOUR_S
                if at > last - SHOWN_S:
                    out.writelines(_said(running, at))
            running.stop()
        with service(data, CONFIG, "--clock", "events") as running:
            time.sleep(5)  # our own score is reckoned at the start
            last = (last // HALF_HOUR_S + 2) * HALF_HOUR_S
            out.writelines(_said(running, last))
        out.write("# EOF\n")
    return last


def _second(line: bytes) -> int:
    recorded = json.loads(line)["recordedtime"]
    return int(datetime.fromisoformat(recorded).timestamp())


def _said(running: Running, at: int) -> Iterator[str]:
    for path in ("/metrics", "/metrics/units"):
        text = httpx.get(running.address + path, timeout=60).text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                pairs = (f'{name}="{value}"' for name, value in sample.labels.items())
                yield f"{sample.name}{{{','.join(pairs)}}} {sample.value} {at}\n"


def filled(folder: Path, told: Path) -> None:
    """Fill a Prometheus' data with what was said; samples of a series must stand together."""
    lines = [line for line in told.read_text("utf-8").splitlines() if not line.startswith("#")]
    lines.sort(key=lambda line: (line.rpartition("}")[0], int(line.rpartition(" ")[2])))
    told.write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
    make = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*make, str(told), str(folder / "tsdb")], check=True, capture_output=True)


def answers(
    found: Prometheus, board: Board, span: tuple[int, int], step: str = "2h"
) -> dict[str, list[dict[str, object]]]:
    """Return what Prometheus says to every panel, by the panel's title."""
    begin, end = span
    unit = ""
    if board.variables:
        waits = found.range("erosion_unit_people_waiting > 0", end - DAY_S, end, step)
        unit = waits[0]["metric"]["unit"]
    told: dict[str, list[dict[str, object]]] = {}
    for panel in (panel for row in board.rows for panel in row.panels):
        for asked, legend in panel.asks:
            query = asked.replace("$touchpoint", ".+").replace("$unit", unit)
            series = found.range(query, begin, end, step)
            told.setdefault(panel.title, []).append(
                {"legend": legend or panel.title, "series": series}
            )
    return told


def drawn(folder: Path, board: Board, told: dict[str, list[dict[str, object]]], out: Path) -> None:
    """Draw a dashboard into a picture."""
    made = json_of(board)
    page = folder / f"{board.uid}.html"
    page.write_text(PAGE.format(board=made, answers=json.dumps(told)), encoding="utf-8")
    rows = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in json.loads(made)["panels"])
    size = f"--window-size=1240,{rows * 38 + 60}"
    shot = f"--screenshot={out / board.uid}.png"
    how = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    how += ["--virtual-time-budget=8000", size, shot]
    subprocess.run([program("chromium"), *how, page.as_uri()], check=True, capture_output=True)
    print(f"drew {out / board.uid}.png")


def draw_weeks(folder: Path, out: Path) -> None:
    """Draw the dashboards of customers and of one unit."""
    told = folder / "told.txt"
    end = lived(folder, told)
    filled(folder / "prometheus", told)
    with prometheus(folder / "prometheus", "global: {}\n", lookback="2h") as found:
        for board in BOARDS[:2]:
            drawn(folder, board, answers(found, board, (end - SHOWN_S, end)), out)


def draw_busy(folder: Path, out: Path) -> None:
    """Draw the dashboard of the service itself."""
    (folder / "busy").mkdir()
    for found, begin, end in busy.lived(folder / "busy"):
        drawn(folder, BOARDS[2], answers(found, BOARDS[2], (begin, end), "4s"), out)


def main() -> None:
    """Draw the three dashboards: two from weeks of a story, one from minutes of a busy service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--modules", type=Path, help="where node_modules of the render folder lie")
    parser.add_argument("--only", choices=("weeks", "busy"), help="draw a part of them")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(RENDER, folder, dirs_exist_ok=True)
        if given.modules:
            (folder / "node_modules").symlink_to(given.modules.resolve())
        else:
            subprocess.run([program("npm"), "install", "--no-audit"], cwd=folder, check=True)
        bundle = ["node_modules/.bin/esbuild", "page.tsx", "--bundle", "--outfile=page.js"]
        bundle += ["--loader:.ttf=empty", '--define:process.env.NODE_ENV="production"']
        subprocess.run(bundle, cwd=folder, check=True, capture_output=True)
        if given.only != "busy":
            draw_weeks(folder, given.out)
        if given.only != "weeks":
            draw_busy(folder, given.out)


if __name__ == "__main__":
    main()
