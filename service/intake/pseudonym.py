"""The pseudonym of a customer: the same for the same key, and of no use without it."""

import hmac

LENGTH = 24


def pseudonym(key: bytes, customer: str) -> str:
    """Return what stands for a customer in everything that is kept."""
    return hmac.digest(key, customer.encode(errors="replace"), "sha256").hex()[:LENGTH]
