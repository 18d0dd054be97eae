"""A real Prometheus reads the figures of a real gunicorn with two workers."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import requests

from tests.config.test_nginx import free_port
from tests.test_serving import ROOT, SERVE, answers, eventually

MONITORING = ROOT / "examples" / "monitoring"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("prometheus"), reason="needs prometheus and promtool"),
]


@pytest.fixture
def site(tmp_path):
    """The site's port; two workers, no catalogue."""
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "BIND": "127.0.0.1:0", "TMPDIR": str(tmp_path), "LOG_FORMAT": "json",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT)
    with (tmp_path / "log").open("w") as log, subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
    ) as process:  # fmt: skip
        yield int(re.search(r":(\d+)", process.stdout.readline().split("//")[1]).group(1))
        process.terminate()
    assert not list(tmp_path.glob("lookalike-counts-*"))


@pytest.fixture
def prometheus(site, tmp_path):
    """Asks a Prometheus, with the files of examples/monitoring, that reads the site each second."""
    port, folder = free_port(), tmp_path / "prometheus"
    shutil.copytree(MONITORING, folder)
    file = folder / "prometheus.yml"
    file.write_text(file.read_text().replace(":8000", f":{site}").replace("15s", "1s"))
    with (tmp_path / "prometheus.log").open("w") as log, subprocess.Popen(
        ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={tmp_path}/data",
         f"--web.listen-address=127.0.0.1:{port}"],
        stdout=log, stderr=log,
    ) as process:  # fmt: skip
        assert eventually(lambda: answers(("127.0.0.1", port)))

        def ask(query: str) -> list[dict]:
            asked = {"query": query}
            address = f"http://127.0.0.1:{port}/api/v1/query"
            return requests.get(address, params=asked, timeout=5).json()["data"]["result"]

        yield ask
        process.send_signal(signal.SIGTERM)


def test_two_workers_are_counted_together_and_read(site, prometheus, tmp_path):
    for _ in range(40):  # each on a connection of its own, so that both workers have some
        assert requests.get(f"http://127.0.0.1:{site}/browse/", timeout=10).status_code == 200
    counted = 'sum(lookalike_request_seconds_count{kind="browse",status="200"})'
    assert eventually(lambda: [one["value"][1] for one in prometheus(counted)] == ["40"])
    assert len(prometheus("lookalike_worker_memory_bytes")) in (1, 2)
    assert prometheus("lookalike_ready")[0]["value"][1] == "0"
    assert prometheus('up{job="lookalike"}')[0]["value"][1] == "1"
    assert eventually(
        lambda: (
            [one["metric"]["alertname"] for one in prometheus("ALERTS")] == ["LookalikeNotReady"]
        )
    )


def test_a_refused_visit_is_found_in_the_log_by_its_number(site, tmp_path):
    number = requests.get(f"http://127.0.0.1:{site}/nowhere/", timeout=10).headers["X-Request-ID"]
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    told = [line for line in lines if line.get("request_id") == number]
    assert [line["level"] for line in told] == ["WARNING"]
    assert "/nowhere/" in told[0]["message"]


@pytest.mark.parametrize("what", [("config", "prometheus.yml"), ("rules", "alerts.yml")])
def test_the_files_are_what_prometheus_takes(what):
    done = subprocess.run(
        ["promtool", "check", what[0], MONITORING / what[1]], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_dashboard_asks_for_what_there_is():
    """Each figure that it or an alert names is one that the program has."""
    import web.metrics.figures
    import web.metrics.site

    sources = "".join(
        Path(str(m.__file__)).read_text() for m in (web.metrics.figures, web.metrics.site)
    )
    written = (MONITORING / "grafana.json").read_text() + (MONITORING / "alerts.yml").read_text()
    for name in set(re.findall(r"lookalike_\w+", written)):
        assert re.sub("_(count|bucket|sum|total)$", "", name) in sources, name
    places = [
        panel["gridPos"]
        for panel in json.loads((MONITORING / "grafana.json").read_text())["panels"]
    ]
    assert all((one["y"], one["x"]) < (two["y"], two["x"]) for one, two in pairwise(places))
