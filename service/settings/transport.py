"""Read from the environment how Kafka is reached, and refuse what cannot work or is not safe.

Wrong combinations are told together, each by its variable, before anything is connected.  Plain
text to another machine needs a variable of its own: as a mere default it would be kept.
"""

import re
from collections.abc import Iterator

from pydantic import SecretStr

from service.errors import ConfigurationError
from service.settings.process import ProcessSettings
from service.settings.secret import OTHERS_MAY_READ, Secrets
from service.transport import PASSWORD, Transport, is_loopback, refused_words

_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@]+):(\d{1,5})", re.ASCII)
_PORT_MAX = 65535


def read_transport(process: ProcessSettings, secrets: Secrets) -> Transport:
    """Return what the environment and the secrets say; raise with every problem at once."""
    password = secrets.get(PASSWORD)
    if problems := [*_problems(process, password)]:
        raise ConfigurationError(problems)
    sasl = process.kafka_security == "sasl"
    made = Transport(
        tuple(_address(server) for server in _servers(process)),
        process.kafka_prefix,
        process.kafka_security,
        process.kafka_ca,
        process.kafka_cert,
        process.kafka_key,
        process.kafka_sasl.upper() if sasl else "",
        process.kafka_user,
        SecretStr(password or ""),
        process.kafka_plaintext == "allow",
    )
    made.ssl_context()
    return made


def _problems(process: ProcessSettings, password: str | None) -> Iterator[str]:
    """Yield what is wrong with the variables, before any file is read."""
    servers = _servers(process)
    if not servers:
        yield "EROSION_KAFKA: no broker is named; write host:port, with commas between several"
    for server in servers:
        yield from _about(server, process)
    yield from _about_files(process)
    yield from _about_user(process, password)


def _about(server: str, process: ProcessSettings) -> Iterator[str]:
    host, port = _address(server)
    if not 0 < port <= _PORT_MAX:
        yield f"EROSION_KAFKA: {server!a} is no address; write it as broker.example.com:9092"
    elif process.kafka_security == "plaintext" and not (
        process.kafka_plaintext == "allow" or is_loopback(host)
    ):
        yield refused_words(host)


def _about_files(process: ProcessSettings) -> Iterator[str]:
    named = {
        "EROSION_KAFKA_CA": process.kafka_ca,
        "EROSION_KAFKA_CERT": process.kafka_cert,
        "EROSION_KAFKA_KEY": process.kafka_key,
    }
    for variable, path in named.items():
        if path is None:
            continue
        if process.kafka_security == "plaintext":
            yield f"{variable}: set EROSION_KAFKA_SECURITY to tls or sasl too; plaintext proves nothing"
        elif not path.is_file():
            yield f"{variable}: there is no file {path}"
        elif path == process.kafka_key and path.stat().st_mode & OTHERS_MAY_READ:
            yield f"{variable}: everybody can read this key; run `chmod 600 {path}`"
    if (process.kafka_cert is None) != (process.kafka_key is None):
        lacking = "CERT" if process.kafka_cert is None else "KEY"
        yield f"EROSION_KAFKA_{lacking}: is missing; a certificate and its key go together"


def _about_user(process: ProcessSettings, password: str | None) -> Iterator[str]:
    if process.kafka_security == "sasl":
        if not process.kafka_user:
            yield "EROSION_KAFKA_USER: is missing; sasl needs a user"
        if password is None:
            yield f"EROSION_SECRETS: there is no file {PASSWORD}; sasl needs a password"
    elif process.kafka_user:
        yield "EROSION_KAFKA_USER: set EROSION_KAFKA_SECURITY to sasl too, or leave the user out"


def _servers(process: ProcessSettings) -> list[str]:
    return [server for part in process.kafka.split(",") if (server := part.strip())]


def _address(server: str) -> tuple[str, int]:
    """Return host and port; port 0 where the text is no address."""
    found = _SERVER.fullmatch(server)
    return (found[1].strip("[]"), int(found[2])) if found else (server, 0)
