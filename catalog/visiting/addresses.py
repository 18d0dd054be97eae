"""Which addresses may be visited: public ones, whatever name or spelling led to them.

The lists are IANA's registries of special-purpose addresses, written out here: what Python's
`is_global` knows of them differs from version to version.
https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

import ipaddress
import socket
from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "192.0.0.0/24", "192.88.99.0/24",  # protocols, the old 6to4 relay
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # documentation
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
]  # fmt: skip
# All public unicast lies in here; IPv4-mapped and -translated, unique local, link-local, local
# NAT64, segment routing (5f00::/16) and multicast do not.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocols, Teredo's tunnels among them
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 tunnels
    )
]  # fmt: skip
# The gateway of an IPv6-only network visits the IPv4 address in the last 32 bits (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# An ISATAP tunnel visits the IPv4 address behind these 32 bits, whatever stands before (RFC 5214).
_ISATAP = (0x00005EFE, 0x02005EFE)


class ForbiddenAddress(Exception):
    """The host leads to an address that must not be visited. Not an OSError: never retried."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as text, by the system's resolver. Raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def may_visit(address: str, allow_loopback: bool) -> bool:
    """Whether the address is on the public internet (or this machine, where that is allowed)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return (allow_loopback and ip.is_loopback) or _is_public(ip)


def require_public(host: str, address: str, allow_loopback: bool) -> None:
    """Raises ForbiddenAddress, which says what would allow it, if anything does."""
    if may_visit(address, allow_loopback):
        return
    is_loopback = ipaddress.ip_address(address.split("%")[0]).is_loopback
    way_out = "; SCRAPE_ALLOW_LOOPBACK=True allows this machine" if is_loopback else ""
    leads = "is" if host == address else f"leads to {address},"
    raise ForbiddenAddress(f"{host} {leads} a private address{way_out}")


def _is_public(ip: Address) -> bool:
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_4)
    if ip in _NAT64:
        return _is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return (
        ip in _PUBLIC_6
        and (int(ip) >> 32) & 0xFFFFFFFF not in _ISATAP
        and not any(ip in network for network in _NOT_PUBLIC_6)
    )
