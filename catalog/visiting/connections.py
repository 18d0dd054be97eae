"""Connections that go to checked addresses only, and never outlive their budget.

A host name is resolved, every address it has is judged, and the connection is made to the very
address that was judged: a name that answers differently the next time gains nothing. Each byte
that arrives is counted and timed where it arrives, at the socket, so that nothing above it
(headers, redirects, interim answers) can take more than an exchange may.
"""

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.ssl_ import create_urllib3_context

from catalog.visiting.addresses import Resolver, require_public, resolve

Connector = Callable[..., socket.socket]


class OverBudget(Exception):
    """An exchange took more time or bytes than it may. Not an OSError: never retried."""


class Budget:
    """What one exchange may still take: all its requests, from the connection to the last byte."""

    def __init__(self, seconds: float, size: int) -> None:
        self.seconds, self.size = seconds, size
        self.ends = time.monotonic() + seconds
        self.left = size

    def seconds_left(self) -> float:
        """Raises OverBudget when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise OverBudget(f"not complete after {self.seconds:g} seconds")
        return left

    def take(self, size: int) -> None:
        """Counts bytes; raises OverBudget when they are too many."""
        self.left -= size
        if self.left < 0:
            raise OverBudget(f"larger than {self.size / 1e6:g} MB")


class CheckedAdapter(HTTPAdapter):
    """What requests sends through. Set `budget` before each exchange; one thread at a time."""

    def __init__(
        self,
        allow_loopback: bool,
        resolver: Resolver = resolve,
        connector: Connector = create_connection,
    ) -> None:
        self.allow_loopback = allow_loopback
        self.resolver = resolver
        self.connector = connector
        self.budget = Budget(0, 0)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _counting_socket(ssl.SSLSocket, self)
        super().init_poolmanager(*args, **kwargs, ssl_context=context)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self),
            # TLS goes on top, and still checks the certificate against the host's name.
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self),
        }

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """A socket to the first checked address that answers.

        Raises NewConnectionError, OSError, ValueError.
        """
        addresses = self._resolved(connection)
        for address in addresses:
            require_public(connection.host, address, self.allow_loopback)
        failure = OSError(f"{connection.host} has no address")
        for address in addresses:
            left = self.budget.seconds_left()
            patience = left if connection.timeout is None else min(connection.timeout, left)
            try:
                raw = self.connector((address, connection.port), patience)
            except OSError as error:
                failure = error
            else:
                counted: socket.socket = _counting_socket(socket.socket, self)(fileno=raw.detach())
                counted.settimeout(patience)  # of the whole handshake of TLS, too
                return counted
        # urllib3 takes some kinds of OSError for those of a connection that stands.
        raise NewConnectionError(connection, str(failure)) from failure

    def _resolved(self, connection: HTTPConnection) -> list[str]:
        try:
            return self.resolver(connection.host, connection.port)
        except UnicodeError as error:  # a label that is empty or too long
            raise ValueError(f"{connection.host} is no host name") from error


def _pool(pool: type, kind: type, adapter: CheckedAdapter) -> type:
    """urllib3's `pool` of connections of `kind`, made by the adapter."""
    connection = type("Checked", (kind,), {"_new_conn": lambda made: adapter.connect(made)})
    return type("Pool", (pool,), {"ConnectionCls": connection})


def _counting_socket(kind: Any, adapter: CheckedAdapter) -> Any:
    """A kind of socket whose every read is timed and counted against the adapter's budget."""

    class Counted(kind):  # type: ignore[misc]
        def recv_into(self, *args: Any, **kwargs: Any) -> int:
            silence, left = self.gettimeout(), adapter.budget.seconds_left()
            try:
                self.settimeout(left if silence is None else min(silence, left))
                received: int = super().recv_into(*args, **kwargs)
            except TimeoutError:
                adapter.budget.seconds_left()
                raise
            finally:
                self.settimeout(silence)
            adapter.budget.take(received)
            return received

    return Counted
