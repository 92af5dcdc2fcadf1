"""Where a webhook may lead: to the public internet over TLS, or to what is allowed by name.

A name is resolved once and the connection goes to one of the addresses that were checked, so a name
that changes its mind in between reaches nothing.  An address inside another one, as IPv6 can hold
it, is not looked for: of IPv6 only the part that is routed in public is taken, without its tunnels.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

HTTPS_PORT = 443
ADDRESS_CHARACTERS_MAX = 2_000
_PUBLIC = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))


class NotAllowedError(Exception):
    """Say that a webhook leads to where it must not; correct its secret or EROSION_WEBHOOK_ALLOW."""


class Guard:
    """Tell which addresses may be reached."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Take networks or single addresses that may be reached although they are not public."""
        self._allowed = [ip_network(text) for text in allowed]

    def check(self, address: str) -> None:
        """Refuse an address that no connection needs to be tried for."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise NotAllowedError("no web address") from None
        if len(address) > ADDRESS_CHARACTERS_MAX or not address.isascii() or not host:
            raise NotAllowedError("no web address")
        if parts.username is not None or any(map(_is_odd, address)):
            raise NotAllowedError("a user or a blank in the address")
        encrypted = parts.scheme == "https"
        if not encrypted and parts.scheme != "http":
            raise NotAllowedError("not https")
        # What a name leads to is looked at when it is resolved.
        if _literal(host) is not None and not self.may_reach(host, port, encrypted=encrypted):
            raise NotAllowedError("not https to a public address")

    def may_reach(self, host: str, port: int | None, *, encrypted: bool) -> bool:
        """Tell whether a resolved address may be connected to."""
        literal = _literal(host)
        if literal is None:
            return False
        usual = encrypted and port in (None, HTTPS_PORT) and is_public(literal)
        return usual or self.is_listed(literal)

    def is_listed(self, address: IPv4Address | IPv6Address) -> bool:
        """Tell whether an address stands on the list."""
        return any(address in network for network in self._allowed)


class GuardedResolver(AbstractResolver):
    """Resolve a name once, and refuse it if any of its addresses must not be reached."""

    def __init__(self, guard: Guard, *, encrypted: bool) -> None:
        """Take the guard, and whether the connection will be TLS."""
        self._guard = guard
        self._encrypted = encrypted
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        found = await self._inner.resolve(host, port, family)
        may = self._guard.may_reach
        if not all(may(item["host"], port, encrypted=self._encrypted) for item in found):
            raise NotAllowedError("the name does not lead to https and a public address")
        return found

    async def close(self) -> None:
        """Let go."""
        await self._inner.close()


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the public internet, and of one machine."""
    if isinstance(address, IPv6Address):
        tunnelled = any(address in network for network in _TUNNELS)
        return address in _PUBLIC and not tunnelled and address.is_global
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_odd(character: str) -> bool:
    return character <= " " or character in "\\\x7f"
