"""Downloads from a real server on loopback: whole and of the known hash, or not at all."""

import hashlib
import re
import shutil
import socket
import threading
from collections import namedtuple
from contextlib import contextmanager

import pytest
import requests
from requests.adapters import BaseAdapter
from werkzeug import Response

from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from recommender.management.downloading import CHUNK, download

DATA = bytes(range(256)) * 10_000  # 2.56 MB: three chunks
MD5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "download" / "file.h5"


def fetch(url, target, **options):
    seen = []
    target.parent.mkdir(exist_ok=True)
    download(url, options.pop("md5", MD5), target, lambda *far: seen.append(far), **options)
    return seen


def assert_nothing_is_left(target):
    assert list(target.parent.iterdir()) == []


@contextmanager
def one_answer(*parts: bytes):
    """The address of a server that sends these bytes to the first who asks, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                for part in parts:
                    connection.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/file.h5"
        thread.join(10)


def test_a_file_comes_whole_and_its_progress_is_shown(httpserver, target):
    httpserver.expect_request("/file.h5").respond_with_data(DATA)
    seen = fetch(httpserver.url_for("/file.h5"), target)
    assert target.read_bytes() == DATA
    assert seen == [(CHUNK, len(DATA)), (2 * CHUNK, len(DATA)), (len(DATA), len(DATA))]
    assert httpserver.log[0][0].headers["Accept-Encoding"] == "identity"


def test_a_file_of_unknown_length_comes_whole(target):
    with one_answer(b"HTTP/1.0 200 OK\r\n\r\n", DATA) as url:
        assert fetch(url, target)[-1] == (len(DATA), len(DATA))
    assert target.read_bytes() == DATA


def test_another_file_than_the_published_one_is_not_kept(httpserver, target):
    httpserver.expect_request("/file.h5").respond_with_data(DATA + b"!")
    with pytest.raises(WeightsRefused, match=f"expected MD5 {MD5}, found [0-9a-f]{{32}}"):
        fetch(httpserver.url_for("/file.h5"), target)
    assert_nothing_is_left(target)


def test_a_connection_that_is_cut_leaves_nothing(target):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(DATA)
    with one_answer(head, DATA[: CHUNK + 1000]) as url:
        with pytest.raises(WeightsMissing, match=r"could not be fetched: the answer of .* ended"):
            fetch(url, target)
    assert_nothing_is_left(target)


def test_nobody_there_is_told_in_a_sentence(target):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(WeightsMissing, match=f"127.0.0.1:{port} refused the connection. Try again"):
        fetch(f"http://127.0.0.1:{port}/", target)


@pytest.mark.parametrize("elsewhere", ["http://other.example/x", "https://other.example/", "/b"])
def test_a_redirect_is_named_and_not_followed(httpserver, target, elsewhere):
    answer = Response(status=302, headers={"Location": elsewhere})
    httpserver.expect_request("/file.h5").respond_with_response(answer)
    with pytest.raises(WeightsMissing, match=r"leads to .*: not followed"):
        fetch(httpserver.url_for("/file.h5"), target)
    assert len(httpserver.log) == 1
    assert_nothing_is_left(target)


@pytest.mark.parametrize("status", [404, 403, 500, 206])
def test_an_answer_without_the_file_is_told_with_its_status(httpserver, target, status):
    httpserver.expect_request("/file.h5").respond_with_data(DATA, status=status)
    with pytest.raises(WeightsMissing, match=f"it answers {status}"):
        fetch(httpserver.url_for("/file.h5"), target)
    assert_nothing_is_left(target)


@pytest.mark.parametrize("head", [b"", b"Content-Length: %d\r\n" % len(DATA)])
def test_more_than_is_allowed_is_refused_whether_it_is_announced_or_not(target, head):
    with one_answer(b"HTTP/1.0 200 OK\r\n" + head + b"\r\n", DATA[: CHUNK // 2]) as url:
        with pytest.raises(WeightsRefused, match=re.escape("at most 0.1 MB, found more")):
            fetch(url, target, max_bytes=100_000)
    assert_nothing_is_left(target)


def test_a_disk_without_room_is_told_before_a_byte_is_written(httpserver, target, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, len(DATA) - 1))
    httpserver.expect_request("/file.h5").respond_with_data(DATA)
    with pytest.raises(OSError, match=r"No space left on device.*download"):
        fetch(httpserver.url_for("/file.h5"), target)
    assert_nothing_is_left(target)


def test_a_session_of_ones_own_is_asked(target):
    class Silent(BaseAdapter):
        def send(self, *request, **options):
            raise requests.Timeout

        def close(self):
            pass

    session = requests.Session()
    session.mount("http://", Silent())
    with pytest.raises(WeightsMissing, match=r"publisher.example did not answer in time"):
        fetch("http://publisher.example/file.h5", target, session=session)
