"""What the database and the indexes say of the site, read when Prometheus asks."""

from collections.abc import Iterable, Iterator
from time import monotonic

from django.db import DatabaseError
from django.db.models import Max
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from catalog import changes
from recommender.index.similarity_index import EXACT
from recommender.live import readiness, report
from runs.models import Run

# Seconds for which a count of the catalogue is good: it reads every row.
COUNTS_LAST = 30.0
# When the catalogue was last counted (monotonic seconds), and what came of it.
counted: list[tuple[float, dict[str, int]]] = []
SUCCEEDED = (Run.State.DONE, Run.State.EXCEPTIONS)


class Site(Collector):
    """The figures that all workers share. Without a database there are those of the indexes."""

    def collect(self) -> Iterator[Gauge]:
        ready = Gauge("lookalike_ready", "1 where look-alikes can be shown, as /readyz says.")
        ready.add_metric([], not readiness.faults())
        yield ready
        try:
            yield from _indexes()
            yield from (*_products(), *_queue(), *_runs())
            readiness.note("figures of products and runs", "")
        except DatabaseError as error:
            readiness.note("figures of products and runs", f"they cannot be counted: {error}")


def _indexes() -> Iterable[Gauge]:
    built = _gauge("lookalike_index_built_timestamp_seconds", "When an index was built.")
    products = _gauge("lookalike_index_products", "Products in an index.")
    exact = _gauge("lookalike_index_exact", "1 where its neighbours are exact, 0: approximate.")
    served = _gauge("lookalike_index_served", "1 for the index that pages show.")
    for index in report.index_files():
        labels = [index.manifest.embedder]
        built.add_metric(labels, index.manifest.built.timestamp())
        products.add_metric(labels, index.manifest.count)
        exact.add_metric(labels, index.manifest.list_method == EXACT)
        served.add_metric(labels, index.is_served)
    return built, products, exact, served


def _gauge(name: str, told: str) -> Gauge:
    return Gauge(name, told, labels=["embedder"])


def _products() -> Iterable[Gauge]:
    products = Gauge("lookalike_products", "Products of the catalogue by kind.", labels=["kind"])
    for kind, number in _counts().items():
        products.add_metric([kind], number)
    return (products,)


def _queue() -> Iterable[Gauge]:
    queue = changes.queue()
    for name, told, value in (
        ("lookalike_queue_products", "Products that wait for the worker.", queue.length),
        ("lookalike_queue_oldest_seconds", "For how long the oldest has waited.", queue.oldest),
        ("lookalike_worker_up", "1 where the worker is at work.", queue.has_worker),
    ):
        yield Gauge(name, told, value=value)


def _counts() -> dict[str, int]:
    """The catalogue's counts, at most `COUNTS_LAST` old. Raises DatabaseError."""
    now = monotonic()
    if not counted or now - counted[0][0] > COUNTS_LAST:
        counted[:] = [(now, report.catalogue_counts())]
    return counted[0][1]


def _runs() -> Iterable[Gauge]:
    succeeded = Gauge(
        "lookalike_run_success_timestamp_seconds",
        "When a command last ended well, or with some exceptions.",
        labels=["command"],
    )
    ended = Run.objects.filter(state__in=SUCCEEDED).order_by().values_list("command")
    for command, when in ended.annotate(Max("ended")):
        succeeded.add_metric([command], when.timestamp())
    state = Gauge(
        "lookalike_run_state", "How a command's last run stands.", labels=["command", "state"]
    )
    items = Gauge(
        "lookalike_run_items", "Outcomes of a command's last run.", labels=["command", "outcome"]
    )
    took = Gauge("lookalike_run_seconds", "How long it took.", labels=["command"])
    for run in _last_runs():
        state.add_metric([run.command, run.state], 1)
        for outcome, number in run.counts.items():
            items.add_metric([run.command, outcome], number)
        if run.ended:
            took.add_metric([run.command], (run.ended - run.started).total_seconds())
    return succeeded, state, items, took


def _last_runs() -> Iterable[Run]:
    latest = Run.objects.order_by().values("command").annotate(last=Max("id")).values("last")
    return Run.objects.filter(id__in=latest).defer("log")
