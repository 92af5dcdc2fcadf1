"""Who may ask, and what is there for people, as the environment and the secrets say."""

import os
from collections.abc import Callable

from alerts.directory import Directory
from service.board.access import Access
from service.board.app import People
from service.board.office import Office
from service.errors import ConfigurationError
from service.settings import ProcessSettings, Secrets
from service.store.lookup import Lookup
from service.store.reads import Reads
from service.store.transaction import Transaction

TOKENS = "api_tokens"
Call = Callable[[Callable[[Transaction], object]], object]


def access_of(process: ProcessSettings, secrets: Secrets, now: Callable[[], int]) -> Access:
    """Return who may ask for what; refuse to be reached from outside without a login."""
    lines = (secrets.get(TOKENS) or "").splitlines()
    # Without a key of ours sessions end with the process, which is only a nuisance.
    key = (secrets.get("link_key") or os.urandom(32).hex()).encode()
    try:
        access = Access((line for line in lines if line.strip()), key, lambda: now() // 1000)
    except ValueError as error:
        raise ConfigurationError([f"secret {TOKENS}: {error}"]) from None
    if not process.is_loopback and (access.is_open or not process.is_protected):
        host = process.address[0]
        needs = "a secret api_tokens, and EROSION_TLS_CERT with _KEY or EROSION_BEHIND_PROXY=yes"
        raise ConfigurationError(
            [f"EROSION_BIND: {host} is not a loopback address; it needs {needs}"]
        )
    return access


def people_of(
    process: ProcessSettings,
    secrets: Secrets,
    call: Call,
    reads: Reads,
    directory: Callable[[], Directory | None],
    now: Callable[[], int],
) -> People:
    """Return what is there for people."""
    office = Office(call, Lookup(reads), directory, now)
    link_key, slack_key = (secrets.hidden(n) for n in ("link_key", "slack_signing_secret"))
    return People(office, link_key, slack_key, is_secure=process.is_protected)
