"""What a visitor is told of a connection that fails: a sentence, and no name of a Python class."""

import errno
import os
import re
import socket

import pytest

from catalog.visiting.fetching import Fetcher, FetchError
from tests.catalog.visiting.raw import RawServer
from tests.shops import Shop

URL = "http://shop.example/a"


def told(url, **more):
    more = {"allow_loopback": True, "patient": False} | more
    with pytest.raises(FetchError) as failed:
        Fetcher("Test/1.0", 0, **more).get(url)
    sentence = str(failed.value)
    assert not re.search(r"Errno|Error\(|Pool\(|_ssl\.c|\('", sentence)
    return sentence


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def test_a_port_where_nobody_listens_refuses():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert told(f"http://127.0.0.1:{port}/").endswith(f": 127.0.0.1:{port} refused the connection")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "shop.example refused the connection"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "shop.example broke the connection off"),
        (BrokenPipeError(errno.EPIPE, "x"), "shop.example broke the connection off"),
        (TimeoutError("timed out"), "shop.example did not answer in time"),
        (OSError(errno.EHOSTUNREACH, "x"), "shop.example cannot be reached; is the network there?"),
        (OSError(errno.ENETUNREACH, "x"), "shop.example cannot be reached; is the network there?"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
         "shop.example cannot be visited: too many open files"),
    ],
)  # fmt: skip
def test_a_connection_that_does_not_come_about_is_told_in_a_sentence(error, sentence):
    found = told(URL, resolver=lambda *_: ["93.184.215.14"], connector=failing(error))
    assert found == f"http://shop.example/robots.txt: {sentence}"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (socket.EAI_NONAME, "there is no host shop.example; is the address right?"),
        (socket.EAI_AGAIN, "shop.example could not be looked up; is the network there?"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_in_a_sentence(code, sentence):
    assert told(URL, resolver=failing(socket.gaierror(code, "x"))).endswith(f": {sentence}")


def test_no_password_of_an_address_is_repeated_as_the_host():
    url = "http://me:secret@shop.example/"
    error = told(url, resolver=failing(socket.gaierror(socket.EAI_NONAME, "x")))
    assert error.endswith("there is no host shop.example; is the address right?")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "hung up without an answer"),
        (b"hello\r\n\r\n", "answers in something that is no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc", "ended too early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", "ended too early"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
         "cannot be unpacked"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_in_a_sentence(answer, sentence):
    with RawServer([answer]) as server:
        assert sentence in told(f"{server.url}/a")


def test_a_server_without_tls_is_told_in_a_sentence():
    with Shop({}) as shop:
        assert "makes no secure connection" in told(shop.url.replace("http:", "https:"))
