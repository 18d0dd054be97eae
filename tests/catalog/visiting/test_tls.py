"""TLS on top of checked connections, with a certificate made for the test."""

import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from catalog.visiting import fetching
from catalog.visiting.fetching import Fetcher, FetchError

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = not self.path.startswith("/robots")
        body = b"x" * 300_000 if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def port(certificate):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetcher():
    return Fetcher(
        "Test/1.0", pause=0, allow_loopback=True, sleep=lambda _seconds: None,
        resolver=lambda _host, _port: ["127.0.0.1"],
    )  # fmt: skip


def test_a_certificate_that_nobody_vouches_for_is_refused(fetcher, port):
    with pytest.raises(FetchError, match="cannot be trusted"):
        fetcher.get(f"https://shop.example:{port}/a")


@pytest.fixture
def vouched_for(certificate, monkeypatch):
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate[0]))


def test_a_shop_is_fetched_over_tls(fetcher, port, vouched_for):
    assert len(fetcher.get(f"https://shop.example:{port}/a").body) == 300_000


def test_the_certificate_must_be_the_host_s(fetcher, port, vouched_for):
    with pytest.raises(FetchError, match=r"other\.example"):
        fetcher.get(f"https://other.example:{port}/a")


def test_bytes_are_counted_under_tls_too(fetcher, port, vouched_for, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 200_000)
    with pytest.raises(FetchError, match=r"larger than 0\.2 MB"):
        fetcher.get(f"https://shop.example:{port}/a")
