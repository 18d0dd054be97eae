"""What is counted while the site answers, in each worker; Prometheus's client adds them up.

Several workers count in files of a common folder (`PROMETHEUS_MULTIPROC_DIR`, which
config/gunicorn.py makes); it must be named before this module is loaded.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

COUNTED = CollectorRegistry()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Histogram(
    "lookalike_request_seconds",
    "Time from a request to its answer.",
    # kind: the first part of the address. answer: kept, or made for this request.
    ("kind", "status", "answer"),
    buckets=SECONDS,
    registry=COUNTED,
)
STAGES = Histogram(
    "lookalike_search_seconds",
    "What a search spends its time on: lists, scan, embedding, products.",
    ("stage",),
    buckets=SECONDS,
    registry=COUNTED,
)
WAITING = Gauge(
    "lookalike_waiting_requests",
    "Requests that are being answered or wait for their turn, by the kind of work.",
    ("work",),
    multiprocess_mode="livesum",
    registry=COUNTED,
)
REFUSED = Counter(
    "lookalike_refused_requests",
    "Requests that were refused: too many at once (503), too many a minute (429), too large (413).",
    ("status",),
    registry=COUNTED,
)
# Not what the index's pages take: these belong to all workers, and to the system.
MEMORY = Gauge(
    "lookalike_worker_memory_bytes",
    "A worker's own memory, without files that are mapped.",
    multiprocess_mode="liveall",
    registry=COUNTED,
)
