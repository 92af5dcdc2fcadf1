"""Ask a running service to take its configuration again, and find words for what that does."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from service.cli.client import reached
from service.errors import ConfigurationError, ErosionError
from service.settings import ProcessSettings, Secrets, compile_settings, load

WAIT_S = 120


def ask(to: str, *, dry_run: bool) -> dict[str, Any]:
    """Return what the new configuration does, or would do; raise what is wrong with it."""
    query = {"dry_run": "1" if dry_run else "0"}
    answer = reached("POST", "/v1/reload", to, WAIT_S, params=query)
    body = answer.json() if answer.headers.get("content-type") == "application/json" else {}
    if "problems" in body:
        raise ConfigurationError(body["problems"])
    if not answer.is_success:
        raise ErosionError(f"the service answered {answer.status_code}: {body.get('error', '')}")
    return dict(body)


def decide(*, dry_run: bool) -> dict[str, Any]:
    """Decide for the plan of our files, for all processes on Kafka; with `dry_run` only read them."""
    from service.hosts.deciding import Deciding
    from service.settings.transport import read_transport

    process = ProcessSettings.read()
    plan = compile_settings(load(process.config)).plan
    deciding = Deciding(read_transport(process, Secrets.read(process.secrets)))
    is_new, found = asyncio.run(deciding.plan(plan, dry_run=dry_run))
    return {"is_new": is_new, "plan": found.number, "dry_run": dry_run}


def told(effects: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that say what a new configuration does."""
    if not effects["is_new"] and "plan" in effects:
        yield f"plan {effects['plan']} says so already; engines read owners and words at their start"
        return
    if not effects["is_new"]:
        yield "nothing changes for open cases and rules; receivers and words are taken anew"
        return
    if "plan" in effects:
        state = "would be" if effects["dry_run"] else "is"
        yield f"plan {effects['plan']} {state} in force from its place in the log on"
        return
    would = "would" if effects["dry_run"] else "do"
    verb = {"would": "would fall", "do": "fall"}[would]
    yield f"{effects['due_moved']:,} of {effects['open_cases']:,} open cases {verb} due at another time"
    yield f"{effects['cases_ended']:,} end as unknown: their touchpoint or unit is gone"
    yield (
        f"alerts: {effects['opened']:,} opened, {effects['withdrawn']:,} withdrawn, "
        f"{effects['resolved']:,} resolved"
    )
    yield "nothing was changed" if effects["dry_run"] else "in force"
