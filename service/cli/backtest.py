"""The command that says how early the rules would have known, and how often for nothing."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.forms import moment
from service.cli.options import Json, config_path, say
from service.cli.past import STDIN, Past
from service.errors import ErosionError

if TYPE_CHECKING:
    from service.backtest.injection import Injection
    from service.backtest.label import Label
    from service.backtest.score import Score
    from service.engine.plan import Plan
    from service.engine.values import Event
    from service.rejected import Rejected
    from service.settings import Compiled

File = Annotated[
    str, typer.Argument(help="NDJSON of events, or an exported log; - for standard input.")
]
Data = Annotated[
    Path | None, typer.Option(help="Read the log of this data folder instead of a file.")
]
Configs = Annotated[
    list[Path] | None, typer.Option(help="A configuration; may be repeated, side by side.")
]
Source = Annotated[str, typer.Option(help="Read plain rows as this source's map says.")]
Labels = Annotated[
    Path | None, typer.Option(help="What was really wrong: CSV, JSON or a truth file.")
]
Touchpoints = Annotated[
    list[str] | None, typer.Option(help="Score only this touchpoint; may be repeated.")
]
Inject = Annotated[str, typer.Option(help="Put in a trouble: slow, stall, freeze, ramp or benign.")]
Units = Annotated[list[str] | None, typer.Option(help="Where to put it in; may be repeated.")]
Begin = Annotated[str, typer.Option("--from", help="When the trouble begins.")]
End = Annotated[str, typer.Option("--to", help="When it ends; by default never.")]
Size = Annotated[float, typer.Option(help="How bad it is; each kind has its usual size.")]
Seed = Annotated[int, typer.Option(help="Same seed, same draws.")]
ScoreFrom = Annotated[
    str, typer.Option(help="Score what comes after this; before it the rules only learn.")
]
Until = Annotated[str, typer.Option(help="Drain to this time, as 2018-03-01T00:00-03:00.")]
Report = Annotated[Path | None, typer.Option(help="Write a page to this HTML file.")]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(backtest)


def backtest(
    file: File = "",
    data: Data = None,
    config: Configs = None,
    source: Source = "",
    labels: Labels = None,
    touchpoint: Touchpoints = None,
    inject: Inject = "",
    unit: Units = None,
    begin: Begin = "",
    end: End = "",
    size: Size = 0,
    seed: Seed = 1,
    score_from: ScoreFrom = "",
    until: Until = "",
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Run a history through the live loop and desk, and score what they would have said."""
    asked = _Asked(Past(file, data, source), inject, tuple(unit or ()), begin, end, size, seed)
    asked.check(len(config or ()), report)
    scores = [
        _scored(path, asked, labels, tuple(touchpoint or ()), score_from, until)
        for path in (config or [config_path(None)])
    ]
    _tell(scores, as_json=as_json)
    if report is not None:
        from service.backtest.page import page_of

        report.write_text(page_of(scores, "Back-test"), encoding="utf-8")
        say(f"wrote the page to {report}")


class _Asked:
    """Hold where a history comes from and what is put into it."""

    def __init__(
        self,
        past: Past,
        inject: str,
        units: tuple[str, ...],
        begin: str,
        end: str,
        size: float,
        seed: int,
    ) -> None:
        self.past = past
        self.inject, self.units, self.size, self.seed = inject, units, size, seed
        self.begin = moment(begin) if begin else None
        self.end = moment(end) if end else None

    def check(self, configurations: int, report: Path | None) -> None:
        """Refuse what makes no sense before anything long begins."""
        self.past.check()
        if self.past.file == STDIN and (configurations > 1 or self.inject):
            raise ErosionError("standard input is read only once", "write it to a file first")
        if report is not None and not report.absolute().parent.is_dir():
            raise ErosionError(f"there is no folder {report.parent}", "make it first")
        if self.inject and (not self.units or self.begin is None):
            raise ErosionError("a trouble needs a place and a start", "give --unit and --from")
        if not self.inject and (self.units or self.begin or self.end or self.size):
            raise ErosionError(
                "--unit, --from, --to and --size belong to --inject", "give --inject KIND"
            )

    def injection(self, plan: "Plan", touchpoints: tuple[str, ...]) -> "Injection":
        """Return the trouble to put in; raise ErosionError for one that cannot be."""
        from service.backtest.injection import KINDS, NEVER, SIZES, Injection, injectable

        if self.inject not in KINDS:
            raise ErosionError(f"no trouble {self.inject!r}", f"choose one of: {', '.join(KINDS)}")
        possible = [name for name in injectable(plan) if name in (touchpoints or plan.touchpoints)]
        if not possible:
            raise ErosionError("nothing here has answers that could be moved", "give --touchpoint")
        kind = plan.touchpoints[possible[0]].unit_kind
        for unit in self.units:
            if unit not in plan.units[kind]:
                raise ErosionError(f"no unit {unit!r}", f"{possible[0]} is judged by {kind}")
        end = NEVER if self.end is None else self.end
        size = self.size or SIZES[self.inject]
        begin = self.begin or 0
        return Injection(self.inject, possible[0], self.units, begin, end, size, self.seed)


def _scored(
    path: Path,
    asked: _Asked,
    labels: Path | None,
    touchpoints: tuple[str, ...],
    score_from: str,
    until: str,
) -> "Score":
    from service.backtest.label import read_labels
    from service.backtest.score import score_trial
    from service.backtest.trial import run_trial
    from service.hosts.collector import calm
    from service.settings import compile_settings, load

    compiled = compile_settings(load(path))
    plan = compiled.plan
    for name in touchpoints:
        if name not in plan.touchpoints:
            known = ", ".join(sorted(plan.touchpoints))
            raise ErosionError(f"no touchpoint {name!r} in {path}", f"choose one of: {known}")
    known_labels = read_labels(labels, plan) if labels is not None else []
    end = moment(until) if until else None
    calm()
    change = None
    if asked.inject:
        change, more = _injected(asked, compiled, touchpoints, end)
        known_labels += more
    with asked.past.events(plan, f"back-test {path}") as items:
        trial = run_trial(str(path), compiled, change(items) if change else items, end)
    return score_trial(
        trial,
        known_labels,
        touchpoints=frozenset(touchpoints or plan.touchpoints),
        begin=moment(score_from) if score_from else None,
        seed=asked.seed,
    )


def _injected(
    asked: _Asked, compiled: "Compiled", touchpoints: tuple[str, ...], until: int | None
) -> "tuple[Callable[[Iterable[Event | Rejected]], list[Event | Rejected]], list[Label]]":
    """Return what puts the trouble in, after a first run that says which cases it meets."""
    from service.backtest.injection import Injector
    from service.backtest.trial import run_rows

    injection = asked.injection(compiled.plan, touchpoints)
    with asked.past.events(compiled.plan, "looking for answers") as items:
        rows = run_rows(compiled.plan, items, until)
    last = max((row.started for row in rows.values()), default=injection.begin)
    ended = injection._replace(end=min(injection.end, last + 1))
    return Injector(ended, compiled.plan, rows).change, ended.labels(compiled.plan)


def _tell(scores: "list[Score]", *, as_json: bool) -> None:
    from service.backtest.page import side_by_side
    from service.backtest.plain import plain, row_cells
    from service.backtest.terminal import HEADS, table, text_of

    if as_json:
        for score in scores:
            print(json.dumps(plain(score), ensure_ascii=False))
        return
    for score in scores:
        print(text_of(score))
    if len(scores) > 1:
        print("The configurations side by side")
        rows = [row_cells(row) for row in side_by_side(scores)]
        print("\n".join(table(("configuration", *HEADS[1:]), rows)))
