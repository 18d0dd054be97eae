"""The workers of a Dask cluster, which CLUSTER names: `dask scheduler`, and `dask worker` on each
machine.

They see VAR_DIR and the pictures where this machine sees them, and have the same program. Dask is
an extra: pip install distributed. No Django.
"""

import importlib.metadata
import logging
import platform
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from recommender import VERSION
from recommender.building.workers import ThisProcess, Workers
from recommender.errors import SimilarityError
from runs.progress import pluralise

Item = TypeVar("Item")
Result = TypeVar("Result")

# Seconds until a scheduler, and then until it has a worker.
PATIENCE = 5
# A worker has this many pieces of work: one in hand, one to go on with.
AT_A_WORKER = 2
# What decides what a worker makes of its work.
PACKAGES = ("numpy", "numba", "pillow", "distributed", "openvino", "ncnn", "tensorflow")


class ClusterError(SimilarityError):
    """The cluster cannot be used; what was done before is kept."""


@contextmanager
def workers_at(address: str, shared: Path) -> Iterator[Workers]:
    """The workers of the scheduler at `address`, as tcp://host:8786; without one, this process.

    `shared` is a folder that all of them must see. Raises ClusterError.
    """
    if not address:
        yield ThisProcess()
        return
    client = _connected(address)
    try:
        yield Cluster(client, address, shared)
    finally:
        with suppress(Exception):  # it may be gone, and what went wrong is said already
            client.close(timeout=2)


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("CLUSTER needs Dask.", "pip install distributed") from None
    for name in ("distributed", "distributed.client"):  # what goes wrong, a sentence of ours says
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"No scheduler answers at CLUSTER={address}. Start one there (dask scheduler), or "
            "leave CLUSTER empty to build on this machine alone."
        ) from error


class Cluster:
    """Dask's workers, seen through a client."""

    are_elsewhere = True

    def __init__(self, client: Any, address: str, shared: Path) -> None:
        """Raises ClusterError where there is no worker, or one cannot do its work."""
        self.client, self.address = client, address
        with self._is_there():
            self.threads = self._workers()
            self.differences = self._differences(shared)

    @property
    def cores(self) -> int:
        return sum(self.threads.values())

    def says(self) -> list[str]:
        some = f"{pluralise(len(self.threads), 'worker')}, {pluralise(self.cores, 'core')}"
        return [f"Cluster {self.address}: {some}.", *self.differences]

    def each(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """What a worker that dies had in hand, another one does. Raises ClusterError."""
        from distributed import as_completed

        waiting = iter(items)
        given: dict[Any, Item] = {}
        with self._is_there():
            done = as_completed(loop=self.client.loop)
            while True:  # workers may come and go meanwhile
                room = AT_A_WORKER * max(1, len(self.client.nthreads())) - len(given)
                for item in islice(waiting, max(0, room)):
                    future = self.client.submit(_do, work, item, pure=False)
                    given[future] = item
                    done.add(future)
                if not given:
                    return
                future = next(done)
                result = future.result()
                yield given.pop(future), result

    def _workers(self) -> dict[str, int]:
        """Each worker's address, and its cores."""
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ClusterError(
                f"The scheduler at CLUSTER={self.address} has no workers. Start one on each "
                f"machine: dask worker {self.address} --nworkers 1"
            ) from None
        return dict(self.client.nthreads())

    def _differences(self, shared: Path) -> list[str]:
        """What the workers have other versions of. Raises ClusterError for one that cannot work."""
        token = shared / f"cluster-{uuid.uuid4().hex}"
        shared.mkdir(parents=True, exist_ok=True)
        token.touch()
        try:
            found = self.client.run(_facts, token)
        except ImportError as error:
            raise ClusterError(
                f"A worker of CLUSTER={self.address} has not this program ({error}): start it in "
                "the program's folder, with the program's Python."
            ) from error
        finally:
            token.unlink()
        own = _facts(token)
        for worker, facts in found.items():
            if "sees" not in facts:
                raise ClusterError(
                    f"The worker {worker} does not see {shared}: VAR_DIR must be one folder that "
                    "all machines share, at the same path."
                )
        return [
            f"The worker {worker} has {name} {facts.get(name, '–')}, this machine {version}."
            for worker, facts in found.items()
            for name, version in own.items()
            if facts.get(name) != version
        ]

    @contextmanager
    def _is_there(self) -> Iterator[None]:
        """Turns what Dask raises into one sentence."""
        from distributed.client import FutureCancelledError
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise ClusterError(
                f"Workers of CLUSTER={self.address} died of one piece of work again and again: "
                f"{error}. What is done is kept. Have they enough memory?"
            ) from error
        except (FutureCancelledError, CommClosedError, TimeoutError) as error:
            raise ClusterError(
                f"The scheduler at CLUSTER={self.address} has gone. What is done is kept: start it "
                "again, then run this again."
            ) from error


# On a worker -------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def _do(work: Callable[[Item], Result], item: Item) -> Result:
    """Does a piece of work with all threads that the worker was given, and nothing beside it."""
    import numba
    from distributed import get_worker
    from threadpoolctl import threadpool_limits

    threads = get_worker().state.nthreads
    with _one_at_a_time, threadpool_limits(threads, "blas"):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]
        return work(item)


def _facts(token: Path) -> dict[str, str]:
    """What a process has of which version, and "sees" where it sees the file."""
    found = {"lookalike": VERSION, "python": platform.python_version()}
    for package in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found | ({"sees": "yes"} if token.exists() else {})
