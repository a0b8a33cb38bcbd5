"""Who is at the other end: the client's address, also behind reverse proxies, and the network that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

_HEADER: Final = b"x-forwarded-for"
_NETWORK_BITS: Final = {4: 24, 6: 64}
_MAPPED: Final = "::ffff:"


class Proxies:
    """The reverse proxies that are believed. Only what they say of others counts, and only `X-Forwarded-For`."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ip_network(network) for network in networks]

    def client_of(self, scope: Mapping[str, Any]) -> tuple[str, int] | None:
        """What belongs into the scope as `client`: what the proxies tell of it, else what the socket does."""
        peer: tuple[str, int] | None = scope.get("client")
        if peer is None:
            return None
        lines = (value.decode("latin-1") for name, value in scope["headers"] if name.lower() == _HEADER)
        address = self.find_client(peer[0], lines)
        return peer if address == peer[0] else (address, 0)

    def find_client(self, peer: str, lines: Iterable[str]) -> str:
        """The rightmost address of the header that is no trusted proxy's.

        Each proxy adds whom it heard from at the right end, so what an untrusted one or the client itself wrote further
        left is not looked at. An entry that is no address ends the search: then the one that passed it on counts.
        """
        found = _read(peer)
        if found is None:
            return peer
        entries = ",".join(lines).split(",")
        while entries and self._trusts(found):
            before = _read(entries.pop().strip())
            if before is None:
                break
            found = before
        return str(found)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks if network.version == address.version)


def plain_address(text: str) -> str:
    """One writing for one address: an IPv4 address in an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address."""
    if not text.lower().startswith(_MAPPED):
        return text
    address = _read(text)
    return text if address is None else str(address)


def network_of(text: str) -> str:
    """The network that an address is in as far as counting goes: /24 of IPv4, /64 of IPv6. No address: itself."""
    address = _read(text)
    if address is None:
        return text
    return str(ip_network((address, _NETWORK_BITS[address.version]), strict=False))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    if "%" in text:  # a zone has no meaning elsewhere
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
