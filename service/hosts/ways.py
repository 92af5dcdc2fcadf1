"""The ways of reaching people for which there are settings, and the key of customers."""

import secrets as random_secrets
from pathlib import Path
from typing import TextIO

import httpx

from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.slack import Slack
from alerts.courier import Channel
from alerts.secret import Secret
from service.settings import ProcessSettings, Secrets

KEY_FILE = "customer_key"


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


def customer_key(secrets: Secrets, data: Path) -> bytes:
    """Return the key that pseudonymises customers; make one beside the data if none was given."""
    given = secrets.get(KEY_FILE)
    if given is not None:
        return given.encode()
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(random_secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip().encode()
