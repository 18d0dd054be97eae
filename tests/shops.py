"""Small real shops on loopback, each page and picture a function of the request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages

Answer = tuple[int, dict[str, str], bytes | Iterator[bytes]]

# For what asks for no page.
NO_PAGES = CountedPages(Fetcher("Test/1.0", pause=0), most=0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: object) -> None:
        """Nothing: visitors may hang up."""


class Shop:
    """Serves `answers`: path -> bytes, text, (status, headers, body), or a function of headers.

    A body may be an iterator of bytes, sent as they come.
    """

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = answers or {}
        self.requests: list[str] = []
        self.answered: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # headers and body go out without waiting for each other

            def do_GET(self) -> None:
                shop.requests.append(self.path)
                status, headers, body = shop.answer(self.path, self.headers)
                shop.answered.append((self.path, status))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if isinstance(body, bytes):
                    self.send_header("Content-Length", str(len(body)))
                else:
                    self.send_header("Connection", "close")
                self.end_headers()
                with suppress(ConnectionError):  # the visitor may have enough
                    for part in [body] if isinstance(body, bytes) else body:
                        self.wfile.write(part)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str, headers: Any) -> Answer:
        found = self.answers.get(path, (404, {}, b"no such page"))
        if isinstance(found, Callable):  # type: ignore[arg-type]
            found = found(headers)
        if isinstance(found, str):
            found = found.encode()
        return found if isinstance(found, tuple) else (200, {}, found)
