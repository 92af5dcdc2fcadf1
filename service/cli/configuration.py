"""Commands about the configuration: init, check, schema."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Config, Json, config_path, put, say
from service.errors import ErosionError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(init)
    app.command()(check)
    app.command()(schema)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the configuration.")] = Path(
        "config"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    company: Annotated[str, typer.Option(help="Name of the company.")] = "",
) -> None:
    """Write a first configuration: one journey, one touchpoint, three units."""
    from service.settings.starter import write_starter

    if folder.exists() and any(folder.iterdir()):
        raise ErosionError(f"{folder} is not empty", "choose another folder: erosion init FOLDER")
    if not yes and not company:
        company = typer.prompt("What is the company called", default="My company", err=True)
    for path in write_starter(folder, company or "My company"):
        say(f"wrote {path}")
    say(f"now run: erosion check --config {folder}, then: erosion run --config {folder}")


def check(config: Config = None, as_json: Json = False) -> None:
    """Check the configuration and say what each rule takes to fire."""
    from service.settings import compile_settings, load
    from service.settings.quiet import quiets
    from service.settings.requirement import requirements

    path = config_path(config)
    compiled = compile_settings(load(path))
    for warning in compiled.warnings:
        say(f"warning: {warning}")
    for row in requirements(compiled.plan):
        if as_json:
            put({"touchpoint": row.touchpoint, "rule": row.rule, "takes": row.text})
        else:
            print(f"{row.touchpoint}/{row.rule}: {row.text}")
    for quiet in quiets(compiled.plan, usual_volume()):
        if as_json:
            put({"source": quiet.source, "takes": quiet.text})
        else:
            print(f"{quiet.source}: {quiet.text}")
    units = sum(map(len, compiled.plan.units.values()))
    say(f"{path}: fine ({len(compiled.plan.touchpoints)} touchpoints, {units} units)")


def schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from service.settings.schema import schema_text

    print(schema_text(), end="")


def usual_volume() -> dict[str, float]:
    """Return cases per hour by touchpoint as the data folder knows them; nothing without one."""
    from service.settings import ProcessSettings
    from service.store.reads import Reads

    process = ProcessSettings.read()
    if process.database or not (process.data / "erosion.db").exists():
        return {}
    reads = Reads.readonly(process.database_url)
    try:
        return reads.per_hour()
    finally:
        reads.close()
