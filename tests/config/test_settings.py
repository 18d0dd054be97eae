import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_hosts, env_list, env_origins, env_sites

ROOT = Path(__file__).resolve().parents[2]
SHOW_KEY = "from config import settings; print(settings.SECRET_KEY)"


def python(program, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | environment, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_first_starts_at_once_agree_on_one_secret_key(tmp_path):
    starts = [python(SHOW_KEY, VAR_DIR=str(tmp_path), SECRET_KEY="") for _ in range(6)]
    keys = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert keys == {(tmp_path / "secret_key").read_text()}
    assert len(keys.pop()) == 64


def test_an_empty_secret_key_counts_as_missing(tmp_path):
    (tmp_path / "secret_key").touch()
    key = python(SHOW_KEY, VAR_DIR=str(tmp_path), SECRET_KEY="").communicate(timeout=60)[0].strip()
    assert key == (tmp_path / "secret_key").read_text()
    assert len(key) == 64


def manage(command, tmp_path):
    environment = {"VAR_DIR": str(tmp_path), "SECRET_KEY": "", "DATABASE_URL": ""}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env=os.environ | environment, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip


def test_a_missing_database_is_said_and_not_replaced_by_an_empty_one(tmp_path):
    done = manage(["import_folder", "."], tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: The database is not set up yet, or not up to date. Run: manage.py migrate\n",
    )
    assert not (tmp_path / "catalog.sqlite3").exists()


def test_the_key_and_the_database_are_for_their_owner_only(tmp_path):
    assert manage(["migrate", "-v0"], tmp_path).returncode == 0
    for name in ("secret_key", "catalog.sqlite3"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RUNTIME", "abacus"), ("SCRAPE_PAUSE_SECONDS", "-1"), ("SCRAPE_PAUSE_SECONDS", "soon")],
)
def test_a_wrong_value_stops_the_program_and_names_the_variable(tmp_path, variable, value):
    start = python(SHOW_KEY, VAR_DIR=str(tmp_path), **{variable: value})
    _out, error = start.communicate(timeout=60)
    assert start.returncode == 1
    assert f"ImproperlyConfigured: {variable}='{value}'" in error.splitlines()[-1]


def test_every_setting_stands_in_the_example_file():
    modules = (ROOT / "config" / "env.py", ROOT / "config" / "settings.py")
    source = "".join(module.read_text() for module in modules)
    assert "DATABASE_URL" in source
    read = [*re.findall(r"env(?:_\w+|\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"", source), "BIND"]
    example = (ROOT / ".env.example").read_text()
    named = re.findall(r"(?m)^#?([A-Z][A-Z0-9_]+)=", example)
    assert len(read) > 10
    assert set(read) == set(named)


SIGN = "from django.core import signing; print(signing.dumps('a visitor'))"
READ = "import sys; from django.core import signing; print(signing.loads(sys.argv[1]))"


def test_what_a_key_of_before_has_signed_still_holds(tmp_path):
    def said(program, *arguments, **environment):
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=os.environ | environment, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip

    signed = said(SIGN, SECRET_KEY="the old one").stdout.strip()
    changed = {"SECRET_KEY": "the new one", "SECRET_KEY_FALLBACKS": "the old one,an older one"}
    assert said(READ, signed, **changed).stdout == "a visitor\n"
    assert "BadSignature" in said(READ, signed, SECRET_KEY="the new one").stderr


LISTS = {env_list: "a,b", env_hosts: "a.example,.b.example", env_sites: "https://a,https://b:8443"}


@pytest.mark.parametrize("read", LISTS)
def test_a_list_may_have_blanks_and_a_comma_at_its_end(monkeypatch, read):
    monkeypatch.setenv("NAMES", LISTS[read].replace(",", " ,\t") + ", ")
    assert read("NAMES") == LISTS[read].split(",")


@pytest.mark.parametrize("host", ["*", "localhost", "127.0.0.1", "[::1]", "bücher.example"])
def test_hosts_of_every_kind_are_taken(monkeypatch, host):
    monkeypatch.setenv("NAMES", host)
    assert env_hosts("NAMES", ["x"]) == [host]


@pytest.mark.parametrize(
    "host",
    ["https://a.example/", "a.example/", "a.example:8000", "u@a.example", "a.example b.example"],
)
def test_what_is_no_host_is_refused_in_a_sentence(monkeypatch, host):
    monkeypatch.setenv("NAMES", f"b.example,{host}")
    with pytest.raises(ImproperlyConfigured, match=r"NAMES: .* is no host's name. Write it"):
        env_hosts("NAMES")


@pytest.mark.parametrize("site", ["a.example", "https://a.example/shop", "https://u:p@a.example"])
def test_what_is_no_site_is_refused_in_a_sentence(monkeypatch, site):
    monkeypatch.setenv("NAMES", site)
    for read in (env_sites, env_origins):
        with pytest.raises(ImproperlyConfigured, match=r"NAMES: .* is no site"):
            read("NAMES")


def test_a_list_that_holds_nothing_is_the_usual_one(monkeypatch):
    monkeypatch.setenv("NAMES", " , ")
    assert env_hosts("NAMES", ["localhost"]) == ["localhost"]
