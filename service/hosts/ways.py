"""The ways of reaching people for which there are settings."""

from typing import TextIO

import httpx

from alerts.channels.console import Console
from alerts.channels.email import Email, LinkMaker, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.slack import Slack
from alerts.channels.slack_bot import SlackBot
from alerts.courier import Channel
from alerts.links import link
from alerts.outbox import OutboxRow
from alerts.secret import Secret
from service.settings import ProcessSettings, Secrets

LINK_GOOD_MS = 7 * 24 * 3_600_000


def channels(process: ProcessSettings, secrets: Secrets, console: TextIO) -> list[Channel]:
    """Return the ways of reaching people for which there are settings."""
    found: list[Channel] = [Console(console), Jsonl()]
    hooks, token = _named(secrets, "slack_webhook_"), _secret(secrets, "slack_bot_token")
    if hooks or token:
        bot = None if token is None else SlackBot(token, process.slack_url)
        found.append(Slack(httpx.AsyncClient(), hooks, bot))
    if process.smtp_host:
        found.append(Email(_relay(process, secrets), link_maker(process, secrets)))
    return found


def link_maker(process: ProcessSettings, secrets: Secrets) -> LinkMaker | None:
    """Return what makes the links of a mail, where there is a page for them to lead to."""
    key = _secret(secrets, "link_key")
    if key is None or not process.public_url:
        return None

    def made(row: OutboxRow, action: str) -> str:
        until = row.created_at + LINK_GOOD_MS
        return link(process.public_url, key, row.key, action, row.receiver, until)

    return made


def _relay(process: ProcessSettings, secrets: Secrets) -> Relay:
    return Relay(
        process.smtp_host,
        process.smtp_port,
        Tls(process.smtp_tls),
        process.smtp_from or "erosion@localhost",
        process.smtp_user,
        _secret(secrets, "smtp_password"),
    )


def _secret(secrets: Secrets, name: str) -> Secret | None:
    found = secrets.get(name)
    return None if found is None else Secret(found)


def _named(secrets: Secrets, prefix: str) -> dict[str, Secret]:
    """Return the secrets whose names begin so, by the rest of their names."""
    return {
        name.removeprefix(prefix): Secret(secrets.get(name) or "")
        for name in secrets.values
        if name.startswith(prefix)
    }
