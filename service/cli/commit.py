"""Commands on what leaders promise together: list, open, review, close; at most three are open.

`list` reads what is stored; the others ask the running service, which alone may write and which counts.
"""

from typing import Annotated, Any, Literal

import typer

from service.cli.forms import minute_text
from service.cli.options import Json, open_reads, put, say
from service.errors import ConfigurationError

app = typer.Typer(
    help="What leaders promise together, with counts of people; at most three are open.",
    no_args_is_help=True,
)
To = Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")]
Name = Annotated[str, typer.Argument(help="Id of the commitment, or its beginning.")]
_PATH = "/v1/commitments"


def register(root: typer.Typer) -> None:
    """Add this module's commands."""
    root.add_typer(app, name="commit")


@app.command("list")
def list_commitments(
    state: Annotated[
        Literal["", "proposed", "open", "closed"],
        typer.Option(help="Only in this state: proposed, open or closed."),
    ] = "",
    as_json: Json = False,
) -> None:
    """List commitments: the open ones first, then what is proposed, then what is closed."""
    from service.board.commitment_shapes import CommitmentOut
    from service.store.commitments import commitments

    rows = [CommitmentOut.of(one).model_dump() for one in commitments(open_reads(), state)]
    for row in rows:
        if as_json:
            put(row)
        else:
            print("\n".join(_lines(row)))
    say(f"{len(rows)} commitments, {sum(row['state'] == 'open' for row in rows)} of them open")


@app.command("open")
def open_one(
    first: Annotated[
        str,
        typer.Argument(
            metavar="PROPOSAL|WHAT",
            help="Id of a proposal, or its beginning; with --touchpoint what changes for people.",
        ),
    ],
    leader: Annotated[str, typer.Option(help="Who leads: a role, never a person's name.")],
    aim: Annotated[int, typer.Option(min=0, help="How many people at most there shall be.")],
    by: Annotated[str, typer.Option(help="The day by which, as 2026-10-04.")],
    what: Annotated[
        str, typer.Argument(metavar="[WHAT]", help="What changes for people, for a proposal.")
    ] = "",
    touchpoint: Annotated[str, typer.Option(help="The touchpoint, for one of its own.")] = "",
    at: Annotated[str, typer.Option(help="The place, as region:north or unit:d001.")] = "company",
    functions: Annotated[
        list[str] | None, typer.Option("--with", help="A function that joins; may be repeated.")
    ] = None,
    counts: Annotated[
        Literal["let down", "waiting"],
        typer.Option(help="Whom it counts: who was let down in a week, or who waits."),
    ] = "let down",
    to: To = "",
    as_json: Json = False,
) -> None:
    """Open a commitment: from a proposal, or at a touchpoint; a fourth needs one closed first."""
    from service.cli.client import ask

    if touchpoint and what:
        raise ConfigurationError(["--touchpoint: write what changes once, and no proposal"])
    about = {"touchpoint": touchpoint, "what": first} if touchpoint else {"proposal": first}
    body = about | {"leader": leader, "functions": functions or [], "aim": aim, "by": by, "at": at}
    body |= {"counts": counts} | ({"what": what} if what else {})
    _tell(ask("POST", _PATH, to, json=body), as_json=as_json)


@app.command()
def review(
    name: Name,
    note: Annotated[str, typer.Option(help="A word about it, without anybody's name.")] = "",
    to: To = "",
    as_json: Json = False,
) -> None:
    """Look at an open commitment again; the service counts the people and keeps the count."""
    _tell(_asked(name, "review", to, {"note": note}), as_json=as_json)


@app.command()
def close(
    name: Name,
    why: Annotated[str, typer.Option(help="The reason, which everybody sees.")],
    to: To = "",
    as_json: Json = False,
) -> None:
    """Close a commitment with its count as it is then, or turn a proposal down."""
    _tell(_asked(name, "close", to, {"why": why}), as_json=as_json)


def _asked(name: str, what: str, to: str, body: dict[str, Any]) -> dict[str, Any]:
    from urllib.parse import quote

    from service.cli.client import ask

    found: dict[str, Any] = ask("POST", f"{_PATH}/{quote(name, safe='')}/{what}", to, json=body)
    return found


def _tell(row: dict[str, Any], *, as_json: bool) -> None:
    put(row) if as_json else print("\n".join(_lines(row)))


def _lines(row: dict[str, Any]) -> list[str]:
    """Return a commitment in a few lines: counts of people, and no word on how it goes."""
    place = f"{row['per']}:{row['scope']}" if row["scope"] else "company"
    head = f"{row['id'][:8]}  {row['state']:<8}  {row['touchpoint']} at {place}"
    if not row["leader"]:
        times = f"{row['episodes']} times in 28 days" if row["episodes"] else "by hand"
        told = [f"{head}: {times}, since {minute_text(row['at'])}"]
        return told + ([f"    turned down: {row['why_closed']}"] if row["closed_at"] else [])
    functions = f" with {', '.join(row['functions'])}" if row["functions"] else ""
    lines = [f"{head}: {row['what']}", f"    {row['leader']}{functions}"]
    then = f"{row['counts']}: then {_people(row['count_before'])}"
    lines.append(f"    {then}; aim: at most {row['aim']} by {row['by']}")
    for review in row["reviews"]:
        note = f": {review['note']}" if review["note"] else ""
        lines.append(f"    {minute_text(review['at'])}  {_people(review['people'])}{note}")
    if row["closed_at"]:
        count = f"{minute_text(row['closed_at'])}  {_people(row['count_after'])}"
        lines.append(f"    {count}; closed: {row['why_closed']}")
    return lines


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
