"""How `make serve` runs gunicorn. GUNICORN_CMD_ARGS overrides any of it."""

import gc
import os
import socket
from importlib import import_module
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = 2
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 10
max_requests = 0
accesslog = None
errorlog = "-"
loglevel = "warning"
preload_app = True  # workers share the program's memory too


def on_starting(server: Any) -> None:
    """Says in one line that an address cannot be had, instead of trying it five times."""
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
                    "Try another: BIND=127.0.0.1:8001 make serve"
                ) from None


def when_ready(server: Any) -> None:
    """Prints where the site is; the demo says it in its own words."""
    if "LOOKALIKE_DEMO" not in os.environ:
        for listener in server.LISTENERS:
            print(f"Serving {listener} – Ctrl-C ends it.", flush=True)  # noqa: T201


def pre_fork(_server: object, _worker: object) -> None:
    """Loads all views, and keeps the garbage collector from copying what the workers share."""
    import_module("config.urls")
    gc.collect()
    gc.freeze()
