"""What `manage.py demo` does, step by step; the whole of it runs in test_with_real_parts.py."""

import errno
import os
import socket
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from demo import steps
from demo.shop.specs import make_specs
from demo.steps import DemoError, keep_apart, open_shop, port_sentence, require_free_port


@pytest.fixture
def taken():
    """A port that somebody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_is_taken_is_told_with_another_to_take(taken):
    with pytest.raises(
        DemoError, match=f"Port {taken} cannot be used: another program uses it"
    ) as refused:
        require_free_port(taken)
    assert f"DEMO_PORT={taken + 1} make demo" in str(refused.value)


def test_a_free_port_is_left_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    require_free_port(port)
    require_free_port(port)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.EADDRINUSE, "Address already in use"), "another program uses it"),
        (OSError(errno.EACCES, "Permission denied"), "permission denied"),
        (OSError("odd"), "odd"),
    ],
)
def test_why_a_port_cannot_be_used_is_one_sentence(error, why):
    assert port_sentence(80, error) == f"Port 80 cannot be used: {why}; take another with --port."


def test_the_shop_comes_back_at_its_port_of_last_time(tmp_path):
    folder = tmp_path / "shop"
    with open_shop(make_specs(count=1), folder) as shop:
        port = shop.port
    with open_shop(make_specs(count=1), folder) as shop:
        assert shop.port == port


@pytest.mark.parametrize("remembered", ["", "teapot", "99999999", "-1"])
def test_a_port_that_was_remembered_wrongly_is_forgotten(tmp_path, remembered):
    (tmp_path / "port").write_text(remembered)
    with open_shop(make_specs(count=1), tmp_path) as shop:
        assert (tmp_path / "port").read_text() == str(shop.port)


def test_a_port_of_last_time_that_is_taken_gives_way(tmp_path, taken):
    (tmp_path / "port").write_text(str(taken))
    with open_shop(make_specs(count=1), tmp_path) as shop:
        assert shop.port != taken


def test_the_demo_starts_anew_with_data_of_its_own(monkeypatch, settings, tmp_path):
    started: list[Any] = []
    monkeypatch.delenv(steps.APART, raising=False)
    monkeypatch.setattr(os, "execve", lambda *given: started.append(given))
    keep_apart()
    ((program, words, environment),) = started
    assert (program, words) == (sys.executable, [sys.executable, *sys.argv])
    own = tmp_path / "var" / "demo"
    assert environment["VAR_DIR"] == str(own)
    assert environment["MEDIA_ROOT"] == str(own / "media")
    assert environment["DATABASE_URL"] == f"sqlite:///{own}/catalog.sqlite3"
    monkeypatch.setenv(steps.APART, "yes")
    keep_apart()
    assert len(started) == 1  # it has them already


def test_an_index_that_cannot_be_built_ends_the_demo(monkeypatch):
    asked: list[list[str]] = []

    def run(command, **_options):
        asked.append(command)
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(steps.subprocess, "run", run)  # type: ignore[attr-defined]
    with pytest.raises(DemoError, match="could not be built"):
        steps.build("fake")
    assert asked[0][-3:] == ["build_index", "--embedder", "fake"]


def test_a_site_whose_workers_are_slow_to_start_is_waited_for(monkeypatch):
    """On a busy machine the first answers take longer than one is waited for."""
    told = iter([requests.ReadTimeout("too slow"), requests.ConnectionError("not there"), None])

    def get(_session, _url, timeout):
        if error := next(told):
            raise error
        return SimpleNamespace(ok=True)

    monkeypatch.setattr(requests.Session, "get", get)
    running: Any = SimpleNamespace(poll=lambda: None)
    steps._wait_until_it_answers(running, "http://127.0.0.1:1/healthz")
    assert list(told) == []
