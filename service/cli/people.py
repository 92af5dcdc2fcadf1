"""Commands that look at what the service knows: alerts, waiting, case, why, send-test."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli import quarantine
from service.cli.forms import baseline_text, length_text, minute_text, utc_text
from service.cli.options import Config, Json, config_path, open_reads, put, say
from service.errors import NotFoundError

Row = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(alerts)
    app.command()(waiting)
    app.command()(case)
    app.command()(why)
    app.command("send-test")(send_test)
    app.add_typer(quarantine.app, name="quarantine")


def alerts(
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: Json = False,
) -> None:
    """List open alerts, the latest change first."""
    rows = open_reads().alerts(every=every)
    for row in rows:
        if as_json:
            put(dict(row))
        else:
            print(
                f"{row['id'][:8]}  {row['state']:<9} {row['level']:<8} {row['touchpoint']}/{row['rule']}"
                f"  {row['scope'] or 'company'}  {_people(row['customers'])}  since {minute_text(row['opened_at'])}"
                f"{_whose(row['handling'])}"
            )
    say(f"{len(rows)} alerts")


def waiting(
    unit: Annotated[str, typer.Option(help="Only this unit.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    as_json: Json = False,
) -> None:
    """List who is waiting past a mark, the longest first: the call-back list."""
    rows = open_reads().waiting(unit=unit or None)
    if as_csv:
        print("touchpoint,case,unit,since,due,mark_percent")
    for row in rows:
        if as_json:
            put(dict(row))
        elif as_csv:
            cells = (
                row["touchpoint"],
                row["case"],
                row["unit"],
                utc_text(row["since"]),
                utc_text(row["due"]),
            )
            print(",".join(map(_safe, cells)) + f",{row['mark']}")
        else:
            print(
                f"{row['unit']}  {row['case']}  {row['touchpoint']}  since {minute_text(row['since'])}, past {row['mark']} %"
            )
    say(f"{len(rows)} cases waiting")


def case(
    name: Annotated[str, typer.Argument(help="Id of the case.")], as_json: Json = False
) -> None:
    """Show one customer's passes through the touchpoints, on both clocks."""
    found = open_reads().case(name)
    if not found["outcomes"]:
        raise NotFoundError(
            f"no case {name!r} is known",
            "ids are as in `subject` of the events; a case shows after its source's `wait`, 60 s by default",
        )
    if as_json:
        put(found)
        return
    for row in found["outcomes"]:
        print(f"{row['touchpoint']} at {row['unit']}: {row['outcome']}")
        print(
            f"  started {minute_text(row['started'])}, due {minute_text(row['due'])}, ended {minute_text(row['ended'])}"
        )
        if row["own_ms"] is not None:
            print(
                f"  {length_text(row['open_ms'])} of open time, {length_text(row['own_ms'])} on the customer's watch"
            )
    for row in found["waiting"]:
        print(
            f"waiting in {row['touchpoint']}: past {row['mark']} % since {minute_text(row['mark_at'])}"
        )
    for row in found["signals"]:
        print(
            f"named in alert {row['id'][:8]}: {row['transition']} at {minute_text(row['instant'])}"
        )


def why(
    alert: Annotated[str, typer.Argument(help="Id of the alert, or its beginning.")],
    why_money: Annotated[
        bool, typer.Option("--why-money", help="Show how what is at stake was reckoned.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show the evidence of an alert, what was sent to whom, and what came of it."""
    found = open_reads().why(alert)
    if found is None:
        raise NotFoundError(
            f"no alert begins with {alert!r}", "list them with: erosion alerts --all"
        )
    if why_money:
        from service.cli.money import reckoned

        for line in reckoned(found["alert"], config_path(config)):
            print(line)
        return
    if as_json:
        put(found)
        return
    head = found["alert"]
    print(
        f"{head['id']}  {head['state']} {head['level']}  {head['touchpoint']}/{head['rule']} {head['scope']}"
    )
    for row in found["signals"]:
        print(
            f"{row['number']}. {row['transition']} at {minute_text(row['instant'])}: {_people(row['customers'])} ({row['reason']})"
        )
        for key, value in row["evidence"].items():
            print(f"     {_label(key)}: {_shown(key, value)}")
    for row in found["deliveries"]:
        print(
            f"to {row['receiver']} by {row['channel']}: {row['state']}, {row['why']}; {row['detail'] or 'not tried yet'}"
        )


def send_test(
    receiver: Annotated[str, typer.Argument(help="A receiver of the configuration.")],
    config: Config = None,
) -> None:
    """Send a real message through the receiver's real channels and print the receipts."""
    from service.cli.trial import try_receiver

    raise typer.Exit(try_receiver(receiver, config_path(config)))


def _whose(handling: Mapping[str, Any]) -> str:
    """Say who has an alert, or why somebody is not told of it."""
    if "refused" in handling:
        return f"  not real, says {handling['refused'][0]}"
    taken = handling.get("taken")
    if taken and (taken[2] is None or taken[2] > taken[1]):
        until = f" until {minute_text(taken[2])}" if taken[2] else ""
        return f"  {taken[0]} has it{until}"
    waits = sorted({row[1] for row in handling.get("waits", {}).values()})
    return f"  not told: {'; '.join(waits)}" if waits else ""


def _people(count: int) -> str:
    return "1 customer" if count == 1 else f"{count} customers"


def _label(key: str) -> str:
    return key.removesuffix("_ms").replace("_", " ")


def _shown(key: str, value: object) -> str:
    if isinstance(value, int) and key in ("since", "oldest_started"):
        return minute_text(value)
    if isinstance(value, int) and key.endswith("_ms"):
        return length_text(value)
    if isinstance(value, int) and key in ("kept_below", "recover_above"):
        return f"{value / 100:g} %"
    if isinstance(value, dict):
        marks = ", ".join(f"{name} %: {count}" for name, count in value.items())
        return baseline_text(value) if key == "baseline" else marks
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, i)) if isinstance(i, list) else str(i) for i in value)
    return str(value)


def _safe(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    text = f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in ',"\n') else text
