"""The key by which customers are made unreadable, which every process that decodes must share."""

from service.errors import ConfigurationError
from service.hosts.pseudonyms import KEY_FILE
from service.settings import Secrets


def shared_key(secrets: Secrets) -> bytes:
    """Return the key of customers; refuse to make one, since every process must have the same."""
    given = secrets.get(KEY_FILE)
    if given is None:
        raise ConfigurationError(
            [f"EROSION_SECRETS: there is no file {KEY_FILE}; every intake needs the same one"]
        )
    return given.encode()
