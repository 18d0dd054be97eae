"""Connections only to addresses that may be visited, checked before a byte is sent.

A host name is resolved, every address it has is judged, and the connection is made to the very
address that was judged: a name that answers differently the next time gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

# The gateway of an IPv6-only network visits the IPv4 address in the last 32 bits (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not public whatever `is_global` says: old tunnels to any IPv4 address, and old local addresses.
OUTDATED = [ipaddress.ip_network(text) for text in ("::/96", "2002::/16", "fec0::/10")]

Resolver = Callable[[str, int], list[str]]
Connector = Callable[..., socket.socket]


class ForbiddenAddress(Exception):
    """The host leads to an address that must not be visited. Not an OSError: never retried."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as text, by the system's resolver. Raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def may_visit(address: str, allow_loopback: bool) -> bool:
    """Whether the address is on the public internet (or loopback, where that is allowed)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    elif ip in NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast and not any(ip in old for old in OUTDATED)


def checked_adapter(
    allow_loopback: bool, resolver: Resolver = resolve, connector: Connector = create_connection
) -> HTTPAdapter:
    """An adapter for a requests session that connects to checked addresses only."""

    def connect(connection: HTTPConnection) -> socket.socket:
        addresses = _resolved(resolver, connection)
        for address in addresses:
            if not may_visit(address, allow_loopback):
                raise ForbiddenAddress(f"{connection.host} leads to {address}, a private address")
        return _first_that_answers(addresses, connection, connector)

    class Plain(HTTPConnection):
        _new_conn = connect

    class Encrypted(HTTPSConnection):
        # TLS goes on top, and still checks the certificate against the host's name.
        _new_conn = connect

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {
                "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
                "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": Encrypted}),
            }

    return Adapter()


def _resolved(resolver: Resolver, connection: HTTPConnection) -> list[str]:
    try:
        return resolver(connection.host, connection.port)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(f"{connection.host} is no host name") from error


def _first_that_answers(
    addresses: list[str], connection: HTTPConnection, connector: Connector
) -> socket.socket:
    failure = OSError(f"{connection.host} has no address")
    for address in addresses:
        try:
            return connector((address, connection.port), connection.timeout)
        except OSError as error:
            failure = error
    raise failure
