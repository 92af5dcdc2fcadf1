"""Options that several commands share, and the two ways of speaking."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.errors import NotFoundError

if TYPE_CHECKING:
    from service.store.reads import Reads

Config = Annotated[
    Path | None,
    typer.Option("--config", help="Folder of YAML files, or one file. [env: EROSION_CONFIG]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print data for machines.")]


def say(text: str) -> None:
    """Talk to the person at the terminal, on stderr."""
    print(text, file=sys.stderr, flush=True)


def put(value: Any) -> None:
    """Print one value as a line of JSON on stdout."""
    print(json.dumps(value, ensure_ascii=False))


def config_path(given: Path | None) -> Path:
    """Return the configuration to use: as given, else as the environment says."""
    from service.settings import ProcessSettings

    return given if given is not None else ProcessSettings.read().config


def open_reads() -> "Reads":
    """Open the stored data for reading; raise NotFoundError where there is none."""
    from service.settings import ProcessSettings
    from service.store.reads import Reads

    process = ProcessSettings.read()
    if not process.database and not Path(process.data).joinpath("erosion.db").exists():
        raise NotFoundError(
            f"there is no data in {process.data}", "run `erosion run` first, or set EROSION_DATA"
        )
    return Reads.readonly(process.database_url)
