"""What comes with a request, before the site looks at it: bounds, and what is said beyond them."""

import io
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler

from recommender.search.errors import Busy, TooLarge, TooSlow
from web.middleware import request_body


class Seen:
    """An application that tells what reached it."""

    def __call__(self, environ, start_response):
        self.read = environ["wsgi.input"].read()
        self.environ = environ
        return []


class Source(io.BytesIO):
    """A server's input, which can be told to close its connection."""

    closed_after = False

    def close_after(self):
        self.closed_after = True


def asked(data=b"", **more):
    application = Seen()
    source = Source(data)
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": source} | more
    list(request_body.taken_in(application)(environ, lambda *_: None))
    return application, source


def in_chunks(data):
    return asked(data, HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input_terminated": True})


def test_a_body_in_chunks_arrives_as_one_with_its_length():
    application, source = in_chunks(b"x" * 100_000)
    assert application.read == b"x" * 100_000
    assert application.environ["CONTENT_LENGTH"] == "100000"
    assert not source.closed_after


def test_no_more_is_read_than_was_declared():
    application, source = asked(b"body, next request", CONTENT_LENGTH="4")
    assert application.read == b"body"
    assert source.tell() == 4


def test_what_says_that_it_is_too_large_is_not_read_at_all():
    application, source = asked(b"x" * 100, CONTENT_LENGTH=str(request_body.MAX_BYTES + 1))
    assert (application.read, source.tell()) == (b"", 0)
    assert application.environ[request_body.REFUSED] is TooLarge
    assert source.closed_after


def test_a_length_of_thousands_of_digits_is_too_large():
    application, source = asked(b"x" * 100, CONTENT_LENGTH="9" * 5000)
    assert application.environ[request_body.REFUSED] is TooLarge
    assert source.tell() == 0
    assert request_body.is_too_large("9" * 5000)


def test_what_becomes_too_large_in_chunks_is_read_no_further():
    application, source = in_chunks(b"x" * (request_body.MAX_BYTES + 500_000))
    assert application.read == b""
    assert source.tell() == request_body.MAX_BYTES + 1
    assert application.environ[request_body.REFUSED] is TooLarge


def test_what_does_not_arrive_in_time_is_refused():
    class Slow(Source):
        def read(self, size=-1):
            raise TooSlow

    application = Seen()
    source = Slow()
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": source, "CONTENT_LENGTH": "5"}
    list(request_body.taken_in(application)(environ, lambda *_: None))
    assert application.environ[request_body.REFUSED] is TooSlow
    assert source.closed_after


def test_a_full_disk_is_told_as_no_room_for_now(monkeypatch, caplog):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", full)
    application, _source = asked(b"body", CONTENT_LENGTH="4")
    assert application.environ[request_body.REFUSED] is Busy
    assert "No space left on device" in caplog.text


def test_only_so_many_are_on_their_way_at_once(monkeypatch):
    monkeypatch.setattr(request_body, "_on_their_way", set(range(request_body.MAX_AT_ONCE)))
    assert asked(b"body", CONTENT_LENGTH="4")[0].environ[request_body.REFUSED] is Busy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "status", "sentence"),
    [
        ({"CONTENT_LENGTH": str(2**30)}, 413, "too large"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "Content-Length"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/similar/", "/picture/"])
def test_the_site_says_why_in_a_sentence(live, path, more, status, sentence):
    told: dict[str, object] = {}

    def start_response(line, headers):
        told.update(headers, status=int(line.split()[0]))

    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": Source(),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }  # fmt: skip
    answer = b"".join(request_body.taken_in(WSGIHandler())(environ | more, start_response)).decode()
    assert told["status"] == status
    assert sentence in (json.loads(answer)["error"] if path.startswith("/api/") else answer)
