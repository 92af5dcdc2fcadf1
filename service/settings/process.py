"""Settings of the process: where it keeps things and whom it talks to.

They come from the environment, `EROSION_DATA` and so on, because they differ from machine to
machine; what is promised to customers never does, so no journey, rule or route can be set here.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import ConfigurationError

PREFIX = "EROSION_"
DATABASE_FILE = "erosion.db"
# Encrypted, or on this machine.
_WEB = r"^(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?)(/[^\s?#]*)?$"


class ProcessSettings(BaseSettings):
    """Hold what the environment says; every field is the variable EROSION_ plus its name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    config: Path = Path("config")
    data: Path = Path("data")
    database: str = ""
    bind: str = Field(default="127.0.0.1:8080", pattern=r"^\S+:\d{1,5}$")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: Literal["no", "yes"] = "no"
    token: SecretStr | None = None
    rate: float = Field(default=0, ge=0, allow_inf_nan=False)
    secrets: Path | None = None
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    smtp_from: str = ""
    smtp_user: str = ""
    public_url: str = Field(default="", pattern=rf"^$|{_WEB}")
    slack_url: str = Field(default="https://slack.com/api/", pattern=_WEB)
    webhook_allow: str = ""
    log: Literal["sqlite", "kafka"] = "sqlite"
    worker: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,100}$")
    log_format: Literal["console", "json"] = "console"
    kafka: str = ""
    kafka_prefix: str = Field(default="erosion", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    kafka_security: Literal["plaintext", "tls", "sasl"] = "plaintext"
    kafka_plaintext: Literal["refuse", "allow"] = "refuse"
    kafka_ca: Path | None = None
    kafka_cert: Path | None = None
    kafka_key: Path | None = None
    kafka_sasl: Literal["scram-sha-512", "scram-sha-256", "plain"] = "scram-sha-512"
    kafka_user: str = ""
    schema_registry: str = ""

    @classmethod
    def read(cls) -> Self:
        """Return the settings of this process; raise ConfigurationError with every problem."""
        try:
            return cls()
        except ValidationError as error:
            problems = [f"{PREFIX}{_name(item)}: {item['msg']}" for item in error.errors()]
            raise ConfigurationError(problems) from None

    @property
    def database_url(self) -> str:
        """Return the database's address: as given, else a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port to listen on."""
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach us."""
        host = self.address[0]
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_protected(self) -> bool:
        """Tell whether nobody can listen on the way to us."""
        return self.behind_proxy == "yes" or (
            self.tls_cert is not None and self.tls_key is not None
        )


def _name(error: Any) -> str:
    return "_".join(str(part) for part in error["loc"]).upper().removeprefix(PREFIX)
