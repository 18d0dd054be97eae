"""What went wrong with a connection, as a sentence for people, whatever layer it came through."""

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import urllib3

_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
MAX_LAYERS = 12


def sentence(error: BaseException, url: str) -> str:
    """As in "127.0.0.1:9 refused the connection"; an error that says it itself keeps its words."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    for layer in _layers(error):
        if sentence := _sentence(layer, host):
            return sentence
    return str(error)


def _layers(error: BaseException) -> Iterator[BaseException]:
    """The error and those it was made of, the innermost first."""
    found, todo = [error], [error]
    while todo and len(found) < MAX_LAYERS:
        outer = todo.pop()
        inner = [outer.__cause__, outer.__context__, getattr(outer, "reason", None), *outer.args]
        new = [one for one in inner if isinstance(one, BaseException) and one not in found]
        found += new
        todo += new
    return reversed(found)


def _sentence(error: BaseException, host: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {host} cannot be trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{host} makes no secure connection ({error.reason or 'TLS fails'})"
    if isinstance(error, socket.gaierror):
        again = error.errno == socket.EAI_AGAIN
        return (
            f"{host} could not be looked up; is the network there?"
            if again
            else f"there is no host {host}; is the address right?"
        )
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return f"{host} cannot be reached; is the network there?"
    sentence = next((sentence for kinds, sentence in _SENTENCES if isinstance(error, kinds)), "")
    if not sentence and isinstance(error, OSError) and error.errno and error.strerror:
        return f"{host} cannot be visited: {error.strerror.lower()}"
    return sentence.format(host=host)


# The first that fits; a kind stands before those it is one of.
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ConnectionRefusedError,), "{host} refused the connection"),
    ((http.client.RemoteDisconnected,), "{host} hung up without an answer"),
    ((ConnectionError,), "{host} broke the connection off"),
    ((TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError),
     "{host} did not answer in time"),
    ((http.client.IncompleteRead,), "the answer of {host} ended too early"),
    ((http.client.HTTPException,), "{host} answers in something that is no HTTP"),
    ((urllib3.exceptions.DecodeError,), "what {host} sent cannot be unpacked"),
)  # fmt: skip
