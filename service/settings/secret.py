"""Secrets: one file each, in a folder that only the service may read.

Environment variables were rejected as a place for them, because every child process and many
crash reports see the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from alerts.secret import Secret
from service.errors import ConfigurationError

OTHERS_MAY_READ = 0o004
BYTES_MAX = 64 * 1024
_KNOWN = re.compile(
    r"smtp_password|kafka_password|customer_key|link_key|api_tokens"
    r"|slack_bot_token|slack_app_token|slack_signing_secret"
    r"|(slack_webhook|webhook|webhook_key|apprise)_[A-Za-z0-9_.-]+"
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Hold secrets by name; printing this shows the names only."""

    values: Mapping[str, SecretStr] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(cls, folder: Path | None) -> "Secrets":
        """Return the secrets of a folder; other files in it are left alone."""
        if folder is None:
            return cls()
        if not folder.is_dir():
            raise ConfigurationError([f"{folder}: there is no such folder of secrets"])
        files = sorted(file for file in folder.iterdir() if _KNOWN.fullmatch(file.name))
        problems = [problem for file in files if (problem := _problem(file))]
        if problems:
            raise ConfigurationError(problems)
        return cls(MappingProxyType({file.name: _secret(file) for file in files}))

    def get(self, name: str) -> str | None:
        """Reveal one secret; None if it is not there."""
        found = self.values.get(name)
        return None if found is None else found.get_secret_value()

    def hidden(self, name: str) -> Secret | None:
        """Return one secret as what the desk's channels take; None if it is not there."""
        found = self.get(name)
        return None if found is None else Secret(found)


def _problem(file: Path) -> str:
    try:
        status = file.stat()
        if status.st_mode & OTHERS_MAY_READ:
            return f"{file}: everybody can read this secret; run `chmod 600 {file}`"
        if status.st_size > BYTES_MAX:
            return f"{file}: too large for a secret"
        return "" if file.read_text("utf-8").strip() else f"{file}: the secret is empty"
    except (OSError, UnicodeDecodeError):
        return f"{file}: cannot read the secret; is it a text file of this user?"


def _secret(file: Path) -> SecretStr:
    return SecretStr(file.read_text("utf-8").strip())
