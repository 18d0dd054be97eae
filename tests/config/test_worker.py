"""gunicorn's worker: connections outlive the worker's own standstill, and slow clients do not."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.config.test_slow_clients import REQUEST
from tests.config.test_slow_clients import site as site
from tests.test_serving import ROOT, SERVE

pytestmark = pytest.mark.slow
KEPT_SECONDS = 15


def asked(client) -> bool:
    client.sendall(REQUEST + b"\r\n\r\n")
    told = b""
    while b'"ok"' not in told:
        piece = client.recv(4000)
        if not piece:
            return False
        told += piece
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_connections_outlive_a_standstill_of_the_worker(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "BIND": "127.0.0.1:0",
    }  # fmt: skip
    with subprocess.Popen(
        [*SERVE, "--workers", "1"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port = int(re.search(r":(\d+) ", process.stdout.readline().split("//")[1])[1])
            clients = [socket.create_connection(("127.0.0.1", port), timeout=40) for _ in "abc"]
            assert all(asked(client) for client in clients)
            task = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            worker = int(task.read_text().split()[0])
            os.kill(worker, signal.SIGSTOP)
            time.sleep(KEPT_SECONDS + 1)
            os.kill(worker, signal.SIGCONT)
            time.sleep(0.5)  # in which the worker sees how late it is
            assert all(asked(client) for client in clients)
        finally:
            process.terminate()


def test_who_does_not_end_a_head_is_cut_off(site):
    with socket.create_connection((site.group(1), int(site.group(2))), timeout=40) as client:
        client.sendall(REQUEST)
        began = time.monotonic()
        assert client.recv(100) == b""
        assert KEPT_SECONDS - 2 < time.monotonic() - began < KEPT_SECONDS + 15
