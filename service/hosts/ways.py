"""The ways of reaching people for which there are settings."""

from collections.abc import Sequence
from typing import TextIO

import httpx

from alerts.channels.apprise import Apprise
from alerts.channels.console import Console
from alerts.channels.email import Email, LinkMaker, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.kafka import Kafka
from alerts.channels.slack import Slack
from alerts.channels.slack_bot import SlackBot
from alerts.channels.webhook import Target, Webhook, keys_of
from alerts.channels.webhook_guard import Guard
from alerts.courier import Channel
from alerts.errors import Unaddressed
from alerts.folding import Heap
from alerts.links import link
from alerts.outbox import OutboxRow
from alerts.secret import Secret
from service import metrics
from service.errors import ConfigurationError
from service.settings import Compiled, ProcessSettings, Secrets
from service.settings.transport import read_transport

LINK_GOOD_MS = 7 * 24 * 3_600_000
LINK_KEY_MIN = 24


def channels(process: ProcessSettings, secrets: Secrets, console: TextIO) -> list[Channel]:
    """Return the ways of reaching people for which there are settings."""
    found: list[Channel] = [Console(console), Jsonl()]
    walls, token = _named(secrets, "slack_webhook_"), secrets.hidden("slack_bot_token")
    if walls or token:
        bot = None if token is None else SlackBot(token, process.slack_url)
        found.append(Slack(httpx.AsyncClient(), walls, bot))
    if process.smtp_host:
        found.append(Email(_relay(process, secrets), link_maker(process, secrets)))
    hooks = _targets(secrets)
    if hooks:
        found.append(Webhook(hooks, _guard(process)))
    if process.kafka:
        from service.log.kafka import Shouter  # noqa: PLC0415 - the client is an extra

        shouter = Shouter(read_transport(process, secrets))
        found.append(Kafka(shouter, shouter.stop))
    if addresses := _named(secrets, "apprise_"):
        found.append(Apprise(addresses))
    return found


def link_maker(process: ProcessSettings, secrets: Secrets) -> LinkMaker | None:
    """Return what makes the links of a mail, where there is a page for them to lead to."""
    key = secrets.hidden("link_key")
    if key is None or not process.public_url:
        return None
    if len(key.reveal()) < LINK_KEY_MIN:
        raise ConfigurationError([f"secret link_key: at least {LINK_KEY_MIN} characters"])

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
        secrets.hidden("smtp_password"),
    )


def _targets(secrets: Secrets) -> dict[str, Target]:
    """Return the webhooks; one without a key, or with a wrong one, is an error at once."""
    keys, found = _named(secrets, "webhook_key_"), dict[str, Target]()
    for name, address in _named(secrets, "webhook_").items():
        if name.startswith("key_"):
            continue
        key = keys.get(name)
        try:
            keys_of(key or Secret(""))
        except Unaddressed as error:
            raise ConfigurationError([f"secret webhook_key_{name}: {error}"]) from None
        found[name] = Target(address, key or Secret(""))
    return found


def _guard(process: ProcessSettings) -> Guard:
    try:
        return Guard(process.webhook_allow.replace(",", " ").split())
    except ValueError as error:
        raise ConfigurationError([f"EROSION_WEBHOOK_ALLOW: {error}"]) from None


def _named(secrets: Secrets, prefix: str) -> dict[str, Secret]:
    """Return the secrets whose names begin so, by the rest of their names."""
    return {
        name.removeprefix(prefix): Secret(secrets.get(name) or "")
        for name in secrets.values
        if name.startswith(prefix)
    }


def unserved(compiled: Compiled, ways: Sequence[Channel]) -> tuple[str, ...]:
    """Return the channels that receivers use and for which there are no settings; show each as empty.

    A rate sees no first step from nothing.
    """
    used = {reach.channel for found in compiled.directory.receivers.values() for reach in found}
    missing = tuple(sorted(used - {way.name for way in ways}))
    for channel in missing:
        metrics.looked(Heap(channel, 0))
    return missing
