"""Commands that act at the desk: ack, silence, unsilence, silences, deliveries, told, token.

They ask the running service, which alone may write; who asks is who the token belongs to.
"""

import re
from typing import Annotated, Any, Literal

import typer

from service.cli.forms import minute_text
from service.cli.options import Json, put, say
from service.errors import ConfigurationError, ErosionError

To = Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")]
_LENGTH = re.compile(r"(\d{1,5})(m|h|d)")
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (ack, silence, unsilence, silences, deliveries, told, token):
        app.command()(command)


def ack(
    alert: Annotated[str, typer.Argument(help="Id of the alert, or its beginning.")],
    release: Annotated[bool, typer.Option("--release", help="Let go of it again.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say that it is not real.")] = False,
    note: Annotated[str, typer.Option(help="A word about it, for the audit.")] = "",
    to: To = "",
) -> None:
    """Take an alert: "I have it"; or let go of it, or say that it is not real."""
    from service.cli.client import ask

    if release and refuse:
        raise ConfigurationError(["--release, --refuse: choose one of them"])
    kind = "release" if release else "refuse" if refuse else "take"
    ask("POST", f"/v1/alerts/{alert}/answers", to, json={"kind": kind, "note": note})
    done = {"take": "it is yours", "release": "nobody has it now", "refuse": "noted as not real"}
    say(f"{done[kind]}; the others will see it")


def silence(
    match: Annotated[
        list[str], typer.Argument(help="FIELD=VALUE, as region=north; stars may stand.")
    ],
    why: Annotated[str, typer.Option(help="The reason, which everybody sees.")],
    lasts: Annotated[str, typer.Option("--for", help="How long, as 90m, 2h or 3d; 7d at most.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what it would mute.")
    ] = False,
    to: To = "",
    as_json: Json = False,
) -> None:
    """Mute what matches, for a time and with a reason; the end of what was told is still told."""
    from service.cli.client import ask

    body = {"match": _matched(match), "why": why, "minutes": _minutes(lasts), "preview": preview}
    found = ask("POST", "/v1/silences", to, json=body)
    if as_json:
        put(found)
        return
    for row in found["mutes"]:
        print(_alert_line(row))
    made = found["silence"]
    would = "mutes" if made else "would mute"
    say(f"it {would} {len(found['mutes'])} open alerts and what comes like them")
    if made:
        say(
            f"silence {made['id']} until {minute_text(made['ends'])}; end it: erosion unsilence {made['id']}"
        )


def unsilence(name: Annotated[str, typer.Argument(help="Id of the silence.")], to: To = "") -> None:
    """End a silence now."""
    from service.cli.client import ask

    ask("DELETE", f"/v1/silences/{name}", to)
    say("ended; what still stands is told now")


def silences(to: To = "", as_json: Json = False) -> None:
    """List the silences that are not over."""
    from service.cli.client import ask

    found = ask("GET", "/v1/silences", to)
    for row in found:
        match = " ".join(f"{name}={value}" for name, value in row["match"].items()) or "everything"
        text = (
            f"{row['id']}  {match}  until {minute_text(row['ends'])}  by {row['who']}: {row['why']}"
        )
        put(row) if as_json else print(text)
    say(f"{len(found)} silences")


def deliveries(
    alert: Annotated[str, typer.Option(help="Only about this alert.")] = "",
    state: Annotated[
        Literal["", "pending", "sent", "dead", "folded"],
        typer.Option(help="Only in this state: pending, sent, dead or folded."),
    ] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 50,
    to: To = "",
    as_json: Json = False,
) -> None:
    """List what was sent, to whom, why, and what came of it; the newest first."""
    from service.cli.client import ask

    query: dict[str, Any] = {"alert": alert, "state": state, "limit": limit}
    found = ask("GET", "/v1/deliveries", to, params=query)
    for row in found:
        if as_json:
            put(row)
            continue
        print(
            f"{minute_text(row['at'])}  {row['state']:<7}  {row['receiver']} by {row['channel']}: {row['subject']}"
        )
        print(
            f"    {row['why']}; {row['detail'] or 'not tried yet'}; tried {row['attempts']} times"
        )
    say(f"{len(found)} messages")


def told(
    touchpoint: Annotated[str, typer.Argument(help="The touchpoint, as in the call-back list.")],
    case: Annotated[str, typer.Argument(help="The case.")],
    to: To = "",
) -> None:
    """Note that a customer who waits knows how things stand."""
    from urllib.parse import quote

    from service.cli.client import ask

    ask("POST", f"/v1/waiting/{quote(touchpoint, safe='')}/{quote(case, safe='')}/told", to)
    say("noted")


def token(
    name: Annotated[str, typer.Argument(help="Whose token it is; a word that the audit shows.")],
    scope: Annotated[
        list[str], typer.Option(help="read, act, silence, send or admin; may be repeated.")
    ],
) -> None:
    """Make a token: it is printed once, and the line by which the service knows it."""
    import secrets

    from service.board.access import SCOPES, token_line

    unknown = [one for one in scope if one not in SCOPES]
    if unknown or not re.fullmatch(r"[A-Za-z0-9._-]{1,50}", name):
        raise ConfigurationError([f"--scope: choose from {', '.join(SCOPES)}; a name is one word"])
    made = secrets.token_urlsafe(32)
    print(made)
    say("this is the token; it is not kept anywhere. Add this line to the secret api_tokens:")
    say(token_line(name, dict.fromkeys(scope), made))


def _matched(given: list[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    if any(not (name and dash and value) for name, dash, value in pairs):
        raise ErosionError("a match is written FIELD=VALUE", "as in: erosion silence region=north")
    return {name: value for name, _, value in pairs}


def _minutes(text: str) -> int:
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ErosionError(f"cannot read {text!r} as a length of time", "write it as 90m, 2h or 3d")
    return int(found[1]) * _MINUTES[found[2]]


def _alert_line(row: dict[str, Any]) -> str:
    people = "1 customer" if row["customers"] == 1 else f"{row['customers']} customers"
    place = row["scope"] or "company"
    return (
        f"{row['id'][:8]}  {row['level']:<8} {row['touchpoint']}/{row['rule']}  {place}  {people}"
    )
