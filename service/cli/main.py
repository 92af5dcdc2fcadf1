"""Joins the commands and turns errors into one clear line and an exit code."""

import sys
from collections.abc import Sequence

import typer

from service.cli.advise import register as advise
from service.cli.backtest import register as backtest
from service.cli.cluster import register as cluster
from service.cli.commit import register as commit
from service.cli.configuration import register as configuration
from service.cli.desk import register as desk
from service.cli.digest import register as digest
from service.cli.history import register as history
from service.cli.kafka import register as kafka
from service.cli.keeping import register as keeping
from service.cli.operate import register as operate
from service.cli.people import register as people
from service.cli.scorecard import register as scorecard
from service.cli.status import register as status
from service.errors import ErosionError

app = typer.Typer(
    name="erosion",
    help="Revenue Erosion Alert System: know which promises to customers are broken, "
    "before any survey says so.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for register in (
    configuration,
    operate,
    history,
    backtest,
    advise,
    people,
    scorecard,
    status,
    digest,
    desk,
    commit,
    keeping,
    kafka,
    cluster,
):
    register(app)

# Which extra brings what a command may miss.
EXTRAS = {
    "aiokafka": "kafka",
    "cramjam": "kafka",
    "faust": "kafka",
    "psycopg": "postgres",
    "fastavro": "avro",
    "apprise": "apprise",
    "matplotlib": "digest",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors end with what to do about them."""
    try:
        app(args=None if arguments is None else list(arguments), standalone_mode=True)
    except ErosionError as error:
        print(f"erosion: {error}", file=sys.stderr)
        if error.hint:
            print(f"what to do: {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(f"erosion: {error.name} is not installed", file=sys.stderr)
        print(f"what to do: pip install 'revenue-erosion-alerts[{extra}]'", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    return 0
