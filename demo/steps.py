"""What `manage.py demo` does, step by step: a shop, a scrape, an index, a site."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import requests
from django.conf import settings

from catalog.registry import scrape
from catalog.visiting.fetching import Fetcher
from demo.shop.server import DemoShop
from demo.shop.specs import ShirtSpec
from runs.outcomes import Outcome
from runs.progress import progress_bar

SHOP = "demo-shop"
# Set for a process that has the demo's own data.
APART = "LOOKALIKE_DEMO"
START_SECONDS = 30


class DemoError(Exception):
    """The demo cannot run; the message says what to do."""


def keep_apart() -> None:
    """Goes on with a data folder of its own, `VAR_DIR/demo`, in a process started anew for it.

    Settings are read once, so what the demo shall not touch is out of its reach from the start.
    """
    if APART in os.environ:
        return
    folder = settings.VAR_DIR / "demo"
    own = {
        APART: "yes",
        "VAR_DIR": str(folder),
        "WEIGHTS_DIR": str(settings.WEIGHTS_DIR),  # not a shop's, and too large to have twice
        "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": f"sqlite:///{folder}/catalog.sqlite3",
    }
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | own)


def require_free_port(port: int) -> None:
    """Says so before the work, not after it, when the site could not listen; 0 is always free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            again = f"Run: {_demo_at(port + 1)}"
            raise DemoError(f"{port_sentence(port, error)} {again}") from error


def _demo_at(port: int) -> str:
    installed = f"{settings.COMMAND} demo --port {port}"
    return installed if settings.COMMAND else f"DEMO_PORT={port} make demo"


def port_sentence(port: int, error: OSError) -> str:
    """Why a port cannot be listened at, and what to do."""
    taken = error.errno == errno.EADDRINUSE
    why = "another program uses it" if taken else (error.strerror or str(error)).lower()
    return f"Port {port} cannot be used: {why}; take another with --port."


def open_shop(specs: list[ShirtSpec], folder: Path) -> DemoShop:
    """The demo shop, at the port of last time if that is free, so that its addresses stay."""
    remembered = folder / "port"
    try:
        shop = DemoShop(specs, folder, int(remembered.read_text()))
    except (OSError, ValueError, OverflowError):
        shop = DemoShop(specs, folder)
    folder.mkdir(parents=True, exist_ok=True)
    remembered.write_text(str(shop.port))
    return shop


@contextmanager
def compiling() -> Iterator[None]:
    """Has the kernels compiled meanwhile, by a process of its own, unless they have been once."""
    if Path(os.environ["NUMBA_CACHE_DIR"]).exists():
        yield
        return
    program = "from recommender.index.compiling import compile_for_builds; compile_for_builds()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=settings.CODE_DIR, start_new_session=True) as process:
        try:
            yield
        except BaseException:
            process.terminate()
            raise


def draw(shop: DemoShop) -> None:
    """Draws the shirts that are not drawn yet."""
    total = len(shop.missing())
    with progress_bar("Drawing", unit="shirt") as progress:
        for drawn, _ in enumerate(shop.draw_missing(), 1):
            progress(drawn, total)


def visit(shop: DemoShop) -> Iterator[Outcome]:
    """Scrapes the shop, over HTTP as any other; one outcome a shirt."""
    fetcher = Fetcher(settings.SCRAPE_USER_AGENT, pause=0, allow_loopback=True)
    return scrape(shop.catalogue_url, fetcher, shop=SHOP)


def build(embedder: str) -> None:
    """Runs build_index in a process of its own, so that its memory is free again afterwards."""
    manage = [sys.executable, str(settings.CODE_DIR / "manage.py")]
    done = subprocess.run([*manage, "build_index", "--embedder", embedder], check=False)
    if done.returncode:
        raise DemoError("The index could not be built; the reason is above.")


@contextmanager
def site(port: int, embedder: str, shop: DemoShop) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn on 127.0.0.1:`port`, answering; ended, workers too, when the block is left.

    The shop shows the site's look-alikes below its shirts from then on.
    """
    address = f"127.0.0.1:{port}"
    own = {"BIND": address, "EMBEDDER": embedder, "CORS_ALLOWED_ORIGINS": shop.url}
    environment = os.environ | own
    shop.site = f"http://{address}"
    gunicorn = ["-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    command = [sys.executable, *gunicorn]
    process = subprocess.Popen(command, env=environment, cwd=settings.CODE_DIR)
    try:
        _wait_until_it_answers(process, f"http://127.0.0.1:{port}/healthz")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    session = requests.Session()
    session.trust_env = False  # a proxy has no business between us and ourselves
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if session.get(url, timeout=2).ok:
                return
        except (requests.ConnectionError, requests.Timeout):  # its workers are still starting
            time.sleep(0.1)
    raise DemoError("The site did not start; the reason is above.")


def stop_on_terminate() -> None:
    """Makes SIGTERM end the demo as Ctrl-C does, so that nothing it started stays behind."""

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
