"""`make serve` under clients that send a byte a second."""

import os
import re
import socket
import statistics
import subprocess
import time

import pytest
import requests

from tests.test_serving import ROOT, SERVE

CLIENTS = 300
SECONDS = 6
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def site(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "BIND": "127.0.0.1:0",
    }  # fmt: skip
    with subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        yield re.search(r"http://([0-9.]+):(\d+)", process.stdout.readline())
        process.terminate()


@pytest.mark.slow
def test_three_hundred_slow_clients_keep_nobody_waiting(site):
    address = site.group(1), int(site.group(2))
    slow = [socket.create_connection(address, timeout=5) for _ in range(CLIENTS)]
    waits = []
    try:
        for second in range(SECONDS):
            for client in slow:
                client.sendall(REQUEST[second : second + 1])
            for _ in range(5):
                begun = time.monotonic()
                assert requests.get(f"{site.group()}/healthz", timeout=5).ok
                waits.append(time.monotonic() - begun)
            time.sleep(1)
    finally:
        for client in slow:
            client.close()
    assert statistics.median(waits) < 1  # none took the five seconds; a busy machine may take one


@pytest.mark.slow
def test_a_slow_client_is_answered_in_the_end(site):
    with socket.create_connection((site.group(1), int(site.group(2))), timeout=5) as client:
        for byte in REQUEST + b"\r\nConnection: close\r\n\r\n":
            client.sendall(bytes([byte]))
            time.sleep(0.03)
        assert b"200 OK" in client.recv(1000)
