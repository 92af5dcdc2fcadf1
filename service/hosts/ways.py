"""The ways of reaching people for which there are settings."""

from typing import TextIO

import httpx

from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.slack import Slack
from alerts.courier import Channel
from alerts.secret import Secret
from service.settings import ProcessSettings, Secrets


def channels(process: ProcessSettings, secrets: Secrets, console: TextIO) -> list[Channel]:
    """Return the ways of reaching people for which there are settings."""
    found: list[Channel] = [Console(console), Jsonl()]
    prefix = "slack_webhook_"
    hooks = {
        name.removeprefix(prefix): Secret(secrets.get(name) or "")
        for name in secrets.values
        if name.startswith(prefix)
    }
    if hooks:
        found.append(Slack(httpx.AsyncClient(), hooks))
    if process.smtp_host:
        password = secrets.get("smtp_password")
        relay = Relay(
            process.smtp_host,
            process.smtp_port,
            Tls(process.smtp_tls),
            process.smtp_from or "erosion@localhost",
            process.smtp_user,
            None if password is None else Secret(password),
        )
        found.append(Email(relay))
    return found
