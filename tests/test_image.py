"""Containerfile and compose.yaml: what they promise, as far as it can be read."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {"site", "demo"}
HADOLINT = shutil.which("hadolint", path=f"{os.environ['PATH']}:{sys.prefix}/hadolint/bin") or ""


@pytest.mark.slow  # tests/install_debootstrap.sh has it
@pytest.mark.skipif(not HADOLINT, reason="needs hadolint")
def test_hadolint_finds_nothing_in_the_containerfile():
    done = subprocess.run([HADOLINT, ROOT / "Containerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_the_program_is_made_of_goes_into_the_image_and_nothing_else():
    taken = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks", "examples"} <= taken
    assert {"manage.py", "static", "templates", "requirements-serve.lock"} <= taken
    assert {name for name in taken if not (ROOT / name).exists()} == set()
    assert ".env" not in taken


def test_the_image_runs_as_a_user_who_is_not_root_and_starts_programs_itself():
    last = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", last, re.M), "a number, which Kubernetes can check"
    for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK .* CMD"):
        assert isinstance(json.loads(re.search(rf"^{word} (.*)$", last, re.M)[1]), list), word
    assert json.loads(re.search(r"^VOLUME (.*)$", last, re.M)[1]) == ["/app/media", "/app/var"]


def test_no_image_is_called_latest():
    images = [re.search(r"^ARG BASE=(\S+)", CONTAINERFILE, re.M)[1]]
    images += [service["image"] for service in SERVICES.values()]
    for image in images:
        assert re.fullmatch(r"[\w./-]+:(?!latest$)[\w.-]+", image), image


def test_the_site_waits_for_a_database_that_answers_and_for_the_demo():
    conditions = {
        name: {other: one["condition"] for other, one in service["depends_on"].items()}
        for name, service in SERVICES.items()
        if name in OURS
    }
    assert conditions == {
        "demo": {"database": "service_healthy"},
        "site": {"database": "service_healthy", "demo": "service_completed_successfully"},
    }
    assert "pg_isready" in SERVICES["database"]["healthcheck"]["test"]
    assert SERVICES["site"]["healthcheck"]["test"][1:] == ["python", "config/healthy.py"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_may_write_into_their_volumes_and_tmp_alone(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["volumes"] == ["media:/app/media", "var:/app/var"]
    assert service["cap_drop"] == ["ALL"]
    assert set(COMPOSE["volumes"]) == {"database", "media", "var"}


def test_only_this_machine_reaches_the_site_and_nobody_the_database():
    assert SERVICES["site"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in service for name, service in SERVICES.items() if name != "site")


def test_no_password_stands_in_the_file():
    for name in ("database", "site", "demo"):
        for variable, value in SERVICES[name]["environment"].items():
            if "PASSWORD" in variable or variable == "DATABASE_URL":
                assert "${POSTGRES_PASSWORD:?" in value, name


def test_what_compose_sets_are_settings_of_ours():
    from runs.variables import BY_NAME

    assert set(SERVICES["demo"]["environment"]) - {"LOOKALIKE_DEMO"} <= set(BY_NAME)
    assert COMPOSE["services"]["demo"]["command"] == ["demo", "--no-serve"]


def test_what_the_documents_tell_to_type_is_what_compose_does():
    text = re.sub(r" \\\n *", " ", (ROOT / "docs" / "run.md").read_text())
    site = SERVICES["site"]
    (run,) = re.findall(r"^docker run (.* lookalike:local)$", text, re.M)
    told = re.findall(r"--(\S+) (\S+:\S+|/tmp)", run)
    assert [what for option, what in told if option == "volume"] == site["volumes"]
    assert [what for option, what in told if option == "publish"] == site["ports"]
    assert [what for option, what in told if option == "tmpfs"] == site["tmpfs"]
    assert {"--read-only", "--init"} <= set(run.split())
    assert "docker build --file Containerfile --tag lookalike:local .\n" in text


@pytest.mark.parametrize("argument", ["BASE", "DEBIAN_PACKAGES"])
def test_each_argument_of_the_build_that_is_told_of_is_one(argument):
    assert f"--build-arg {argument}=" in (ROOT / "docs" / "run.md").read_text()
    assert re.search(rf"^ARG {argument}=", CONTAINERFILE, re.M)
    assert set(COMPOSE["x-lookalike"]["build"]["args"]) == {"DEBIAN_PACKAGES"}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        status = {"/healthz": 200, "/look/healthz": 200}.get(self.path, 404)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("prefix", "expected"), [("", 0), ("/look", 0), ("/elsewhere", 1)])
def test_the_health_check_asks_the_site_where_it_is_whatever_the_proxy(port, prefix, expected):
    asked = subprocess.run(
        [sys.executable, "config/healthy.py"], cwd=ROOT,
        env=os.environ | {
            "BIND": f"0.0.0.0:{port}", "SCRIPT_NAME": prefix, "http_proxy": "http://127.0.0.1:9",
        },
    )  # fmt: skip
    assert asked.returncode == expected


def test_the_health_check_fails_without_a_word_where_nothing_listens():
    done = subprocess.run(
        [sys.executable, "config/healthy.py"], cwd=ROOT, env=os.environ | {"BIND": "0.0.0.0:1"},
        capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (1, b"")
