"""The demo shop as an HTTP server on loopback."""

import hashlib
import io
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from demo.shop import pages
from demo.shop.drawing import SIDE, VERSION, draw_shirt
from demo.shop.specs import CATEGORIES, ShirtSpec

_IMAGE = re.compile(r"/images/(\d+)-(150|300|600)\.jpg")
_PRODUCT = re.compile(r"/t-shirts/[a-z-]+-(\d+)")
QUALITY = 88
MOST_WORKERS = 8  # each takes some 60 MB
LAST_MODIFIED = "Mon, 01 Jan 2024 00:00:00 GMT"


class DemoShop(AbstractContextManager["DemoShop"]):
    """Serves `specs` at `url` while the block lasts; drawings are kept in `folder`.

    `specs` may be replaced while it runs: the next request sees the new ones. So may `site`, the
    address of the site whose look-alikes stand below each shirt; empty, none do.
    """

    def __init__(self, specs: list[ShirtSpec], folder: Path, port: int = 0) -> None:
        """Binds 127.0.0.1:`port`, 0 meaning any free one. Raises OSError."""
        self.specs = specs
        self.site = ""
        self.folder = folder
        self._server = _Server(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def catalogue_url(self) -> str:
        """The first page of all shirts."""
        return f"{self.url}/t-shirts/"

    def __enter__(self) -> "DemoShop":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def join(self) -> None:
        """Waits until the server is stopped from elsewhere, by Ctrl-C for one."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def missing(self) -> list[ShirtSpec]:
        """The shirts that are not drawn yet."""
        return [spec for spec in self.specs if not master_path(spec, self.folder).exists()]

    def draw_missing(self) -> Iterator[ShirtSpec]:
        """Draws ahead what a visitor would have to wait for, in a process for each core."""
        todo = self.missing()
        if not todo:
            return
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            min(os.cpu_count() or 1, MOST_WORKERS), mp_context=context
        ) as pool:
            yield from pool.map(_draw_master, todo, [self.folder] * len(todo), chunksize=6)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"shop": self})


def master_path(spec: ShirtSpec, folder: Path) -> Path:
    """Where a shirt's picture is kept; another spec or drawing version, another name."""
    return folder / f"{spec.item_id}-{_fingerprint(spec)}.jpg"


def _fingerprint(spec: ShirtSpec) -> str:
    """What the drawing depends on, and neither price nor stock."""
    parts = (VERSION, spec.seed, spec.colour, spec.motif, spec.variation, spec.texture)
    return hashlib.sha256(repr((*parts, spec.lettering)).encode()).hexdigest()[:16]


def _draw_master(spec: ShirtSpec, folder: Path) -> ShirtSpec:
    path = master_path(spec, folder)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{threading.get_ident()}.part")
    draw_shirt(spec).save(unfinished, "JPEG", quality=QUALITY)
    unfinished.replace(path)
    return spec


class _Server(ThreadingHTTPServer):
    """Says nothing of a visitor who has gone before the answer was there."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One request. `shop` is set by DemoShop."""

    shop: DemoShop
    protocol_version = "HTTP/1.1"
    server_version = "TeeAndCompany/1.0"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if image := _IMAGE.fullmatch(parts.path):
            self._image(image[1], int(image[2]))
            return
        try:
            number = int(parse_qs(parts.query).get("page", ["1"])[0])
        except ValueError:
            number = 0
        kind, text = self._text(parts.path, number)
        if text is None:
            self._send(404, "text/plain; charset=utf-8", b"There is no such page.")
        else:
            self._send(200, f"{kind}; charset=utf-8", text.encode())

    do_HEAD = do_GET  # noqa: N815  http.server wants these names

    def _text(self, path: str, number: int) -> tuple[str, str | None]:
        base, specs = self.shop.url, self.shop.specs
        if path == "/robots.txt":
            return "text/plain", pages.robots(base)
        if path == "/sitemap.xml":
            return "application/xml", pages.sitemap(base, specs)
        if path == "/shop.css":
            return "text/css", pages.CSS
        return "text/html", self._html(path, number)

    def _html(self, path: str, number: int) -> str | None:
        base, specs = self.shop.url, self.shop.specs
        if path == "/":
            return pages.home(base)
        if path == "/t-shirts/":
            return pages.category(base, path, specs, number)
        for name in CATEGORIES:
            if path == f"/t-shirts/{name.lower()}/":
                chosen = [spec for spec in specs if spec.category == name]
                return pages.category(base, path, chosen, number)
        if (named := _PRODUCT.fullmatch(path)) and (spec := self._spec(named[1])):
            return pages.product(base, spec, self.shop.site)
        return None

    def _spec(self, item_id: str) -> ShirtSpec | None:
        return next((spec for spec in self.shop.specs if spec.item_id == item_id), None)

    def _image(self, item_id: str, size: int) -> None:
        spec = self._spec(item_id)
        if spec is None:
            self._send(404, "text/plain; charset=utf-8", b"There is no such picture.")
            return
        headers = {"ETag": f'"{_fingerprint(spec)}-{size}"', "Last-Modified": LAST_MODIFIED}
        if self.headers.get("If-None-Match") == headers["ETag"]:
            self._send(304, "image/jpeg", b"", headers)
        else:
            self._send(200, "image/jpeg", self._jpeg(spec, size), headers)

    def _jpeg(self, spec: ShirtSpec, size: int) -> bytes:
        path = master_path(spec, self.shop.folder)
        if not path.exists():
            _draw_master(spec, self.shop.folder)
        if size == SIDE:
            return path.read_bytes()
        with Image.open(path) as master:
            picture = master.resize((size, size), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=QUALITY)
        return buffer.getvalue()

    def _send(
        self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the demo's own lines are enough."""


def contact_sheet(
    specs: list[ShirtSpec],
    columns: int = 12,
    side: int = 150,
    drawn: Callable[[], None] = lambda: None,
) -> Image.Image:
    """All shirts on one picture, in rows."""
    rows = -(-len(specs) // columns)
    sheet = Image.new("RGB", (columns * side, rows * side), "white")
    for place, spec in enumerate(specs):
        shirt = draw_shirt(spec).resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(shirt, (place % columns * side, place // columns * side))
        drawn()
    return sheet
