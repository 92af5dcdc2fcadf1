"""Commands on recorded and invented events: replay, simulate."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.forms import OUTCOME_COLUMNS, moment, outcome_cells, signal_json
from service.cli.options import Config, Json, config_path, put, say
from service.cli.progress import opened, watched
from service.errors import ErosionError

if TYPE_CHECKING:
    from alerts.signal import Signal
    from service.engine.plan import Plan
    from service.hosts.replay import Replay

# A replay tells nobody, so its pseudonyms need no secret; they only have to differ.
REPLAY_KEY = b"erosion replay"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(replay)
    app.command()(simulate)


def replay(
    file: Annotated[str, typer.Argument(help="NDJSON of events, - for standard input.")],
    config: Config = None,
    until: Annotated[str, typer.Option(help="Drain to this time, as 2018-03-01T00:00-03:00.")] = "",
    outcomes: Annotated[
        Path | None, typer.Option(help="Write one row per case to this CSV.")
    ] = None,
    source: Annotated[str, typer.Option(help="Read plain rows as this source's map says.")] = "",
    as_json: Json = False,
) -> None:
    """Run a history through the live loop and print what would have fired, as JSON lines."""
    from service.hosts.collector import calm
    from service.hosts.replay import Replay
    from service.intake.decode import Decoder
    from service.intake.files import read_events
    from service.settings import compile_settings, load

    plan = compile_settings(load(config_path(config))).plan
    end = moment(until) if until else None
    calm()
    running = Replay(plan, _print_signal)
    with opened(file) as (stream, size):
        table = bool(source) and (plan_format(plan, source) == "csv" or file.endswith(".csv"))
        lines = watched(stream, size, "replay")
        running.run(read_events(lines, Decoder(plan, REPLAY_KEY), source, table=table), end)
    if outcomes is not None:
        _write_outcomes(outcomes, running)
    say(json.dumps(running.counts()) if as_json else running.summary())


def simulate(
    out: Annotated[Path, typer.Argument(help="Where to write the events (NDJSON).")],
    truth: Annotated[Path | None, typer.Option(help="Where to write what is true of them.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    dealers: Annotated[int, typer.Option(min=1, help="How many dealers.")] = 400,
    weeks: Annotated[int, typer.Option(min=1, help="How many weeks.")] = 12,
    start: Annotated[str, typer.Option(help="First day.")] = "2026-06-01",
    surveys: Annotated[
        int, typer.Option(min=0, max=100, help="How many of 100 customers answer a survey.")
    ] = 7,
    customers: Annotated[
        bool, typer.Option(help="Who joins, leaves, buys more or writes unasked, too.")
    ] = True,
    config: Config = None,
) -> None:
    """Invent a stream of test drives with known faults, and the truth beside it."""
    from service.simulator.run import run

    if not out.parent.is_dir():
        raise ErosionError(f"there is no folder {out.parent}", "make it first, or write elsewhere")
    beside = truth or out.with_suffix(".truth.json")
    lines = run(
        out,
        beside,
        seed=seed,
        dealers=dealers,
        weeks=weeks,
        start=start,
        config=config_path(config),
        base=customers,
        survey_answered=surveys / 100,
    )
    say(f"wrote {lines} events to {out} and the truth to {beside}")


def plan_format(plan: "Plan", source: str) -> str:
    """Return the format of a configured source; raise ErosionError for an unknown one."""
    if source not in plan.sources:
        known = ", ".join(sorted(plan.sources))
        raise ErosionError(f"no source {source!r} is configured", f"choose one of: {known}")
    return plan.sources[source].format


def _print_signal(signal: "Signal") -> None:
    put(signal_json(signal))


def _write_outcomes(path: Path, running: "Replay") -> None:
    tracks = {track.plan.id: track for track in running.engine.tracks}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(OUTCOME_COLUMNS)
        for _, row in sorted(running.memory.results.outcomes.items()):
            open_ms, own_ms = row.open_ms, row.own_ms
            if open_ms is None or own_ms is None:
                case = tracks[row.touchpoint].cases[row.case]
                open_ms, own_ms = case.times_at(running.engine.watermark(row.touchpoint))
            writer.writerow(outcome_cells(row, open_ms, own_ms))
