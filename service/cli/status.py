"""The command `status`: how each promise stands now."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.options import Config, Json, config_path, open_reads, put, say

if TYPE_CHECKING:
    from service.report.status import Status

SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(status)


def status(
    touchpoint: Annotated[str, typer.Option(help="Only this touchpoint.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every place, not the worst ten.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show how each promise stands: what is true beside what the finished cases would say."""
    from service.report.status import by_place
    from service.settings import compile_settings, load

    reads, plan = open_reads(), compile_settings(load(config_path(config))).plan
    now = reads.newest()
    for name, found in sorted(plan.touchpoints.items()):
        if touchpoint not in ("", name):
            continue
        rule = next((rule for rule in found.rules if rule.id == "objective"), None)
        objective = rule.kept_below if rule else 0
        regions = {unit: place.region for unit, place in plan.units[found.unit_kind].items()}
        rows = by_place(reads.passed(name, now), regions, now, objective)
        shown = rows if every else rows[: SHOWN + 1]
        for row in shown:
            _tell(name, row, objective, as_json=as_json)
        if len(shown) < len(rows):
            say(f"{name}: {len(rows) - len(shown)} more places; all of them: --all")


def _tell(name: str, row: "Status", objective: int, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        put({"touchpoint": name, **asdict(row)})
        return
    place = row.place or "everyone"
    print(f"{name} {place}: {'; '.join(_parts(row, objective))}")


def _parts(row: Any, objective: int) -> Iterator[str]:
    judged = row.kept + row.late
    yield f"kept for {row.kept} of {judged}, {row.open} open"
    if row.answered != judged:
        yield f"the finished ones alone would say {row.answered_kept} of {row.answered}"
    if row.kept_now is None:
        yield f"not enough cases: see {row.judged_with}" if row.judged_with else "not enough cases"
    else:
        share = f"{row.kept_now / 100:.1f} % kept now ({row.low / 100:.1f} to {row.high / 100:.1f})"
        yield share
    if row.below is not None:
        yield f"{row.below:.0%} likely below {objective / 100:g} %"
    if row.budget is not None:
        yield _budget(row.budget)


def _budget(budget: Any) -> str:
    said = f"{budget.used} of {budget.allowed} allowed misses used"
    if budget.days_left is None or budget.used >= budget.allowed:
        return said
    return f"{said}, the rest lasts {budget.days_left} days at last week's pace"
