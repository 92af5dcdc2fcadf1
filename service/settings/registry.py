"""Read from the environment where the registry of Avro schemas is.

Who can change what it answers decides how records are understood, so another machine is asked over
TLS only.  A user and a password in the address were rejected: every child process sees them.
"""

from urllib.parse import urlsplit

from service.errors import ConfigurationError
from service.settings.process import ProcessSettings
from service.transport import is_loopback

_NAME = "EROSION_SCHEMA_REGISTRY"


def read_registry(process: ProcessSettings) -> str:
    """Return the address of the registry; raise ConfigurationError if it cannot or must not be one."""
    try:
        parts = urlsplit(process.schema_registry)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ConfigurationError([f"{_NAME}: is no address; write it as https://registry.example"])
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError([f"{_NAME}: must not hold a user or a password"])
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError([f"{_NAME}: {host} is another machine; use https"])
    return process.schema_registry.rstrip("/")
