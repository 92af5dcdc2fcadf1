"""How we reach Kafka: which brokers, and what we and they have to prove to each other.

One value answers every client, so that no client can be set up weaker than another.  TLS is 1.2 or
newer, and the name in a broker's certificate is always compared with the name we called.  A switch
to turn that off was rejected: it is set once, to get on with the day, and stays for years; an
authority of one's own (`EROSION_KAFKA_CA`) costs a minute more.  Nothing is opened here but the
files of certificates; `service/log/reach.py` tries the way itself.
"""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from service.errors import ConfigurationError

Security = Literal["plaintext", "tls", "sasl"]
PASSWORD = "kafka_password"  # noqa: S105 - the name of a file
_PROTOCOLS = {"plaintext": "PLAINTEXT", "tls": "SSL", "sasl": "SASL_SSL"}


@dataclass(frozen=True, slots=True)
class Transport:
    """Hold where the brokers are and how they are spoken to."""

    addresses: tuple[tuple[str, int], ...]
    prefix: str = "erosion"
    security: Security = "plaintext"
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    mechanism: str = ""
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))
    may_read_along: bool = False

    @property
    def servers(self) -> list[str]:
        """Return host and port of each broker to begin with."""
        return [f"[{h}]:{port}" if ":" in h else f"{h}:{port}" for h, port in self.addresses]

    @property
    def stays_here(self) -> bool:
        """Tell whether nothing may go to another machine: all of it could be read on the way."""
        return self.security == "plaintext" and not self.may_read_along

    @property
    def protocol(self) -> str:
        """Return the name that Kafka has for this way of speaking."""
        return _PROTOCOLS[self.security]

    def topic(self, name: str) -> str:
        """Return the name of one of our own topics: log, dead, control."""
        return f"{self.prefix}.{name}"

    def group(self, name: str) -> str:
        """Return the name of one of our groups; the engine's is also the id of its Faust app."""
        return f"{self.prefix}-{name}"

    def client(self) -> dict[str, Any]:
        """Return the arguments that every client is made with."""
        found: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
            "ssl_context": self.ssl_context(),
        }
        if self.security == "sasl":
            found["sasl_mechanism"] = self.mechanism
            found["sasl_plain_username"] = self.user
            found["sasl_plain_password"] = self.password.get_secret_value()
        return found

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what TLS trusts and shows; None without TLS."""
        if self.security == "plaintext":
            return None
        context = _trusting(self.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert is not None:
            _show(context, self.cert, self.key)
        return context


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def refused_words(host: str) -> str:
    """Say why nothing is sent to a host in plain text, and what to do."""
    return (
        f"EROSION_KAFKA: {host} is another machine and everybody on the way could read along; "
        "set EROSION_KAFKA_SECURITY to tls or sasl, or EROSION_KAFKA_PLAINTEXT=allow"
    )


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError:  # an SSLError is one too
        raise ConfigurationError(
            [f"EROSION_KAFKA_CA: {ca} holds no certificate that can be read; it must be PEM"]
        ) from None


def _show(context: ssl.SSLContext, cert: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(cert, key, password="")
    except OSError:
        detail = "must be PEM, belong together, and the key must have no password"
        raise ConfigurationError([f"EROSION_KAFKA_CERT: {cert} and {key} {detail}"]) from None
