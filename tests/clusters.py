"""A Dask cluster on loopback, as one is started by hand: a scheduler, and workers that can die."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class LocalDask:
    """A scheduler and its workers, each a process of one thread; ended with the block."""

    def __init__(self, workers: int = 2, environment: Mapping[str, str] | None = None) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="lookalike-dask-")
        own = {"PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": self.scratch.name}
        self.environment = os.environ | own | dict(environment or {})
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self._start("dask_scheduler", "--port", str(self.port))
        self.workers = [self._worker() for _ in range(workers)]

    def _worker(self) -> subprocess.Popen[bytes]:
        options = ["--nworkers", "1", "--nthreads", "1", "--no-nanny", "--death-timeout", "60"]
        return self._start("dask_worker", self.address, *options)

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
        words += ["--host", "127.0.0.1", "--no-dashboard"]
        return subprocess.Popen(
            words, env=self.environment, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill_a_worker(self) -> None:
        """As the system does where memory ends."""
        self.workers[0].send_signal(signal.SIGKILL)

    def kill_the_scheduler(self) -> None:
        self.scheduler.send_signal(signal.SIGKILL)

    def wait_for_workers(self) -> "LocalDask":
        """Until all have come."""
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            if self.workers:
                client.wait_for_workers(len(self.workers), timeout=60)
        return self

    def __enter__(self) -> "LocalDask":
        return self

    def __exit__(self, *_error: object) -> None:
        for process in (self.scheduler, *self.workers):
            with suppress(ProcessLookupError):
                process.kill()
        for process in (self.scheduler, *self.workers):
            process.wait(20)
        self.scratch.cleanup()


def main() -> int:
    """`python -m tests.clusters COMMAND…`: runs it with CLUSTER set to a cluster of one worker."""
    with LocalDask(workers=1) as dask:
        dask.wait_for_workers()
        return subprocess.call(sys.argv[1:], env=os.environ | {"CLUSTER": dask.address})


if __name__ == "__main__":
    sys.exit(main())
