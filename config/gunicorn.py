"""How `make serve` runs gunicorn. GUNICORN_CMD_ARGS overrides any of it."""

import os

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
