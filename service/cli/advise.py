"""The command that reads out of a history what to promise, and what it would cost to watch it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.backtest import Data, File, Seed, Source, Until
from service.cli.forms import moment
from service.cli.options import Config, Json, config_path, say
from service.cli.past import STDIN, Past
from service.errors import ErosionError

if TYPE_CHECKING:
    from service.backtest.filing import Ear
    from service.backtest.findings import Findings
    from service.backtest.trial import Trial
    from service.backtest.variant import Variant
    from service.settings import Settings

MESSAGES = 10.0

Touchpoints = Annotated[
    list[str] | None, typer.Option(help="Advise on this touchpoint only; may be repeated.")
]
Done = Annotated[str, typer.Option(help="The event which says that the customer went on.")]
Messages = Annotated[
    float, typer.Option(min=0, help="How many messages a week one receiver should get at most.")
]
Patch = Annotated[Path | None, typer.Option(help="Write the proposal to this YAML file, too.")]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(advise)


def advise(
    file: File = "",
    data: Data = None,
    config: Config = None,
    source: Source = "",
    touchpoint: Touchpoints = None,
    completed: Done = "",
    messages: Messages = MESSAGES,
    until: Until = "",
    seed: Seed = 1,
    patch: Patch = None,
    as_json: Json = False,
) -> None:
    """Propose promises, objectives and limits from a history; nothing is changed by itself."""
    from service.backtest.findings import find
    from service.hosts.collector import calm
    from service.settings import load

    past = Past(file, data, source)
    past.check()
    if file == STDIN:
        raise ErosionError("standard input is read only once", "write it to a file first")
    if patch is not None and not patch.absolute().parent.is_dir():
        raise ErosionError(f"there is no folder {patch.parent}", "make it first")
    settings = load(config_path(config))
    asked = _Asked(past, settings, _names(settings, touchpoint or []), completed, until)
    asked.check()
    calm()
    trials, ear = asked.trials()
    found = find(settings, asked.names, trials, ear.answers(), completed, messages, seed)
    _tell(found, patch, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold what is looked at, and run it in each setting."""

    past: Past
    settings: "Settings"
    names: frozenset[str]
    completed: str
    until: str

    def check(self) -> None:
        """Refuse an event that no source delivers."""
        sources = self.settings.configuration.sources.values()
        known = sorted({kind for one in sources for kind in one.delivers})
        if self.completed and self.completed not in known:
            raise ErosionError(
                f"no source delivers {self.completed!r}", f"choose one of: {', '.join(known)}"
            )

    def trials(self) -> "tuple[dict[Variant, Trial], Ear]":
        """Return what came of the history in each setting, and the answers heard on the way."""
        from service.backtest.filing import Ear
        from service.backtest.trial import run_trial
        from service.backtest.variant import AS_IT_IS, variants, varied
        from service.settings import compile_settings

        surveys = self.settings.configuration.surveys
        ear = Ear({*(survey.event for survey in surveys), self.completed})
        end = moment(self.until) if self.until else None
        wanted = list(variants(self.settings, self.names))
        trials: dict[Variant, Trial] = {}
        for number, variant in enumerate(wanted, 1):
            say(f"run {number} of {len(wanted)}: {variant.name}")
            compiled = compile_settings(varied(self.settings, variant, self.names))
            with self.past.events(compiled.plan, variant.name) as items:
                heard = ear.listen(items) if variant is AS_IT_IS else items
                trials[variant] = run_trial(variant.name, compiled, heard, end)
        return trials, ear


def _names(settings: "Settings", given: list[str]) -> frozenset[str]:
    known = settings.configuration.touchpoints
    for name in given:
        if name not in known:
            raise ErosionError(f"no touchpoint {name!r}", f"choose one of: {', '.join(known)}")
    return frozenset(given or known)


def _tell(found: "Findings", patch: Path | None, *, as_json: bool) -> None:
    from service.backtest.findings import plain, report_of, yaml_of

    text = yaml_of(found)
    if patch is not None:
        patch.write_text(text, encoding="utf-8")
        say(f"wrote the proposal to {patch}")
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
        return
    say(report_of(found))
    print(text, end="")
