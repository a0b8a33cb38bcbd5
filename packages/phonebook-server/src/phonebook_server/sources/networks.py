"""Which addresses sources may be fetched from: public ones, and those that the administrator allows. No I/O.

Whoever may add a source must not be able to have this server talk to what only this server reaches: itself, its LAN,
the metadata service of its cloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

_REFUSED: Final = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # carriers' own networks; metadata of one cloud
        "168.63.129.16/32",  # the metadata service of another, though the address looks public
        "192.0.0.0/24",  # of protocols; metadata of one more cloud
        "192.88.99.0/24",  # relays of 6to4
        "64:ff9b::/96",  # IPv4 behind a translator, RFC 6052
        "64:ff9b:1::/48",  # the same, RFC 8215
        "100::/64",
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)


def read_address(text: str) -> Address:
    """The address that a connection would go to: an IPv4 address in the clothes of IPv6 is that IPv4 address.

    Raises ValueError.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in ip_network("::/96") and int(address) > 1:  # IPv4-compatible, which nobody uses any more
            return IPv4Address(int(address))
    return address


def is_allowed(address: Address, allowed: Sequence[str]) -> bool:
    """Whether the address is in one of the administrator's networks."""
    return any(address in ip_network(network) for network in allowed)


def is_public(address: Address) -> bool:
    """Whether the address is one of the internet at large, for one receiver."""
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not address.is_loopback
        and not address.is_link_local
        and not any(address in network for network in _REFUSED)
    )
