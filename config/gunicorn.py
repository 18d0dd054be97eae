"""How `make serve` runs gunicorn. GUNICORN_CMD_ARGS overrides any of it."""

import gc
import os
from importlib import import_module

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


def pre_fork(_server: object, _worker: object) -> None:
    """Loads all views, and keeps the garbage collector from copying what the workers share."""
    import_module("config.urls")
    gc.collect()
    gc.freeze()
