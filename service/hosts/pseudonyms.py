"""The key that pseudonymises customers: given as a secret, or made once and kept beside the data."""

import secrets as random_secrets
from pathlib import Path

from service.settings import Secrets

KEY_FILE = "customer_key"


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
