"""A server that answers each connection with bytes written by hand, well-formed or not."""

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress


class RawServer:
    """Answers the n-th connection with the n-th of `answers`, the last one for ever after.

    An answer is an iterable of bytes, sent as they come; then the connection is closed. `heard`
    has each request as it came, `sent` the bytes that each visitor let itself be sent. A request
    for /robots.txt is answered 404, apart from these. One that `greets` waits for no request.
    """

    greets = False

    def __init__(self, *answers: Iterable[bytes]) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []
        self.sent: list[int] = []
        self._closing = threading.Event()

    def __enter__(self) -> "RawServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                visitor, _address = self._listener.accept()
                with visitor:
                    self._answer(visitor)

    def _answer(self, visitor: socket.socket) -> None:
        visitor.settimeout(5)
        request = b""
        with suppress(OSError):
            while not self.greets and b"\r\n\r\n" not in request and (part := visitor.recv(65536)):
                request += part
            if request.startswith(b"GET /robots.txt"):
                visitor.sendall(
                    b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            self.heard.append(request)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self._send(visitor, answer)

    def _send(self, visitor: socket.socket, answer: Iterable[bytes]) -> None:
        self.sent.append(0)
        for part in answer:
            if self._closing.is_set():
                return
            visitor.sendall(part)
            self.sent[-1] += len(part)
