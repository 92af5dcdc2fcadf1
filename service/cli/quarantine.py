"""Commands on what was turned away: list it, and try it again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.forms import minute_text
from service.cli.options import Json, open_reads, put, say
from service.errors import ErosionError

if TYPE_CHECKING:
    import httpx

AT_ONCE = 100
app = typer.Typer(help="Look at what was turned away, and try it again.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Only what was turned away for this reason.")]
Source = Annotated[str, typer.Option(help="Only what was sent for this source.")]


@app.command("list")
def list_quarantine(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50, as_json: Json = False
) -> None:
    """List what was turned away, newest first, with the reason."""
    rows = open_reads().quarantine(limit)
    for row in rows:
        head = bytes(row["head"]).decode(errors="replace")
        if as_json:
            put({**row, "head": head})
        else:
            done = "  (redriven)" if row["redriven_at"] else ""
            print(
                f"{row['number']}  {minute_text(row['at'])}  {row['reason']}: {row['detail']}  "
                f"{head.strip()[:100]!r}{done}"
            )
    say(f"{len(rows)} inputs in quarantine shown")


@app.command()
def redrive(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers as `quarantine list` shows them; else all.")
    ] = None,
    reason: Reason = "",
    source: Source = "",
    to: Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")] = "",
) -> None:
    """Send kept inputs through the running service's door again; those accepted are marked."""
    from service.cli.client import connect

    reads = open_reads()
    chosen = reads.kept_numbers(reason, source)
    reads.close()
    if numbers:
        chosen = sorted(set(numbers) & set(chosen)) if reason or source else numbers
    accepted = rejected = 0
    with connect(to) as client:
        for first in range(0, len(chosen), AT_ONCE):
            answer = _try(client, chosen[first : first + AT_ONCE])
            accepted += len(answer["accepted"])
            rejected += len(answer["rejections"])
            for row in answer["rejections"]:
                say(f"{row['number']}: {row['reason']}: {row['detail']}")
            for number in answer["missing"]:
                say(f"{number}: not kept whole any more, redriven already, or not there")
    say(f"{len(chosen)} inputs tried again: {accepted} accepted, {rejected} rejected")


def _try(client: "httpx.Client", numbers: list[int]) -> dict[str, Any]:
    import json

    from service.cli.sending import ask

    body = json.dumps({"numbers": numbers}).encode()
    answer, found = ask(client, "/v1/quarantine/redrive", body, "application/json")
    if "rejections" not in found:
        words = found.get("error", "not its usual words")
        raise ErosionError(f"the service answered {answer}: {words}")
    return found
