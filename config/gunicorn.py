"""How `make serve` and `lookalike serve` run gunicorn. GUNICORN_CMD_ARGS overrides any of it."""

# Before anything else is imported: what waits for a client gives way to the others.
import gevent
from gevent import monkey

monkey.patch_all()

import ctypes
import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
try:
    import_module("config.settings")  # which reads `.env`; what is wrong there is said first
except ImproperlyConfigured as error:
    raise SystemExit(str(error)) from None

bind = os.environ.get("BIND", import_module("runs.variables").default_of("BIND"))
workers = 2
worker_class = "config.worker.CalmWorker"  # gevent: a slow client costs some kilobytes, no thread
worker_connections = 1000
keepalive = 15  # seconds that a request's head may take, and that an idle connection is kept
timeout = 30
graceful_timeout = 10
max_requests = 0
accesslog = None
errorlog = "-"
loglevel = "warning"
preload_app = True  # workers share the program's memory too


PR_SET_PDEATHSIG = 1  # prctl(2)
# What is still read of a body that was refused.
MAX_HEARD, HEARD_SECONDS = 32 * 2**20, 5
OF_THE_DEMO = "LOOKALIKE_DEMO" in os.environ

# Where the workers count for /metrics: named before the program is loaded.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = import_module("config.counts_folder").make()


def _serve() -> str:
    return "lookalike serve" if import_module("config.env").INSTALLED else "make serve"


def on_starting(server: Any) -> None:
    """Says in one line that an address cannot be had, instead of trying it five times."""
    if OF_THE_DEMO and sys.platform == "linux":
        # However the demo ends, `kill -9` too, its site ends with it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    for address in server.cfg.address:
        if not isinstance(address, tuple):  # the path of a Unix socket
            continue
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except (OSError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or error
                raise SystemExit(
                    f"{address[0]}:{address[1]} cannot be used ({reason}). "
                    f"Try another: BIND=127.0.0.1:8001 {_serve()}"
                ) from None


def when_ready(server: Any) -> None:
    """Prints where the site is, and what it lacks; the demo says it in its own words."""
    _forget(os.getpid())  # this process loads the program, and serves nobody
    if not OF_THE_DEMO:
        for listener in server.LISTENERS:
            print(f"Serving {listener} – Ctrl-C ends it.", flush=True)  # noqa: T201
        if steps := import_module("web.first_steps").first_steps():
            print(steps, flush=True)  # noqa: T201


def pre_fork(_server: object, _worker: object) -> None:
    """Loads all views, and keeps the garbage collector from copying what the workers share."""
    import_module("config.urls")
    gc.collect()
    gc.freeze()


def pre_request(_worker: object, request: Any) -> None:
    """Lets a refused body close its connection; who asks first whether to send it is told no."""
    from web.middleware import request_body

    request.body.close_after = request.force_close
    declared = dict(request.headers).get("CONTENT-LENGTH", "")
    if request_body.is_too_large(declared):
        request._expected_100_continue = False


def post_request(_worker: object, _request: object, asked: dict[str, Any], _more: object) -> None:
    """Gives way to the other clients, however fast this one asks again."""
    from web.middleware import request_body

    if request_body.REFUSED in asked:
        _hear_out(asked["gunicorn.socket"])
    gevent.sleep(0)


def _hear_out(client: Any) -> None:
    """Reads on for a moment: who is cut off while sending does not see the answer."""
    left = MAX_HEARD
    with suppress(OSError), gevent.Timeout(HEARD_SECONDS, False):
        client.shutdown(socket.SHUT_WR)
        while left > 0 and (piece := client.recv(2**16)):
            left -= len(piece)


def child_exit(_server: object, worker: Any) -> None:
    """What a worker that is gone holds is nothing any more; what it counted stays."""
    _forget(worker.pid)


def _forget(process: int) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)  # type: ignore[no-untyped-call]


def post_worker_init(_worker: object) -> None:
    """Ctrl-C in a terminal reaches the workers, too; they wait for what the arbiter tells them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connected = import_module("django.db.backends.signals").connection_created
    connected.connect(import_module("web.locked_database").wait_calmly)
    import_module("web.warming").warm()
