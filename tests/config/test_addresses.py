"""Passwords in DATABASE_URL and CACHE_URL: they work, or a sentence says how to write them."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import addresses
from config.databases import env_database
from config.env import env_cache

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = (
    "DATABASE_URL cannot be read as an address. Within a user's name or a password write ? as %3F, "
    "/ as %2F, # as %23, @ as %40, : as %3A and % as %25."
)


@pytest.fixture
def database(monkeypatch):
    def database(url):
        monkeypatch.setenv("DATABASE_URL", url)
        return env_database("DATABASE_URL", Path("/nowhere"))

    return database


@pytest.mark.parametrize(
    "password", ["Geh#eim", "Geh[eim", "Geh]eim", "Geh@eim", "a:b", "Geh:1#", "=&+ ,;", "é"]
)
def test_a_password_that_can_be_meant_in_one_way_only_works(database, password):
    found = database(f"postgres://look:{password}@127.0.0.1:5433/name")
    told = [found[part] for part in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert told == ["look", password, "127.0.0.1", 5433, "name"]


@pytest.mark.parametrize("password", ["?/#@:%", "100%", "%41", "é/ü"])
def test_percent_encoded_any_password_works(database, password):
    assert database(f"postgres://u:{quote(password, safe='')}@h/n")["PASSWORD"] == password


@pytest.mark.parametrize(
    "url",
    [
        "postgres://look:Geh?eim@h/n",
        "postgres://look:Geh/eim@h/n",
        "postgres://look:12/3@h/n",
        "postgres://look:a@b/c@h/n",
        "postgres://look:50%off@h/n",
        "postgres://look:Geh%@h/n",
        "postgres://look:%ff@h/n",
        "postgres://look:Geheim@h:port/n",
        "postgres://look:Geheim@h:99999/n",
        "postgres://look:Geheim@h:1:2/n",
        "postgres://look:Geheim@[::1/n",
        "postgres://look:Geheim@h#x/n",
    ],
)
def test_one_that_can_be_read_in_two_ways_is_refused_without_a_word_of_it(database, url):
    with pytest.raises(ImproperlyConfigured) as refused:
        database(url)
    assert str(refused.value) == HOW_TO
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgres://look:Geheim@h",
        "postgres://look:Geheim@h/",
        "Geheim",
        "sqlite://Geheim",
        "sqlite:Geheim",
        "ostgres://look:Geheim@h/n",
        "mysql://look:Geheim@h/n",
        "oracle://look:Geheim@h/n",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
    ],
)
def test_what_names_no_database_is_told_what_is_expected(database, url):
    with pytest.raises(ImproperlyConfigured) as refused:
        database(url)
    assert (
        str(refused.value) == "DATABASE_URL: expected sqlite:///file or postgres://user@host/name."
    )


@pytest.mark.parametrize(
    "options", ["conn_max_age=abc", "conn_max_age=", "conn_max_age=-1", "atomic_requests=false"]
)
def test_an_option_that_would_be_passed_over_is_refused(database, options):
    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_URL: {options.split('=')[0]} is"):
        database(f"postgres://u:p@h/n?{options}")
    with pytest.raises(ImproperlyConfigured, match="takes no options"):
        database(f"sqlite:///x.sqlite3?{options}")


def test_an_option_that_is_right_is_taken(database):
    found = database("postgres://u:p@h/n?conn_max_age=60&conn_health_checks=True&sslmode=require")
    told = found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"], found["OPTIONS"]
    assert told == (60, True, {"sslmode": "require"})


@pytest.mark.parametrize(
    ("url", "name", "host"),
    [
        ("sqlite:///var/a@b?c.sqlite3".replace("?", "%3F"), "var/a@b?c.sqlite3", None),
        ("sqlite:////srv/x.sqlite3", "/srv/x.sqlite3", None),
        ("sqlite://:memory:", ":memory:", None),
        ("postgres://h/n", "n", "h"),
        ("postgresql://u@[::1]:5432/n?sslmode=require", "n", "::1"),
        ("postgres://u:p@h1:1,h2:2/n", "n", "h1,h2"),
        ("postgres:///n", "n", ""),
    ],
)
def test_addresses_as_they_are_meant_to_be_are_read(database, url, name, host):
    found = database(url)
    assert (found["NAME"], found.get("HOST") or None) == (name, host or None)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("redis://:a%2Fb@h:6379/1", "redis://:a%2Fb@h:6379/1"),
        ("redis://u:a#b@h:6379/1", "redis://u:a%23b@h:6379/1"),
        ("redis://u:a,b@h:6379/1", "redis://u:a%2Cb@h:6379/1"),
        ("locmemcache://", ""),
        ("", ""),
    ],
)
def test_a_cache_is_read_alike(monkeypatch, url, location):
    monkeypatch.setenv("CACHE_URL", url)
    assert env_cache("CACHE_URL")["LOCATION"] == location


@pytest.mark.parametrize(
    "url", ["redis://:Geh/eim@h:6379/1", "redis://:Geh?eim@h", "Geheim://h", "Geheim"]
)
def test_a_cache_that_cannot_be_read_is_refused_alike(monkeypatch, url):
    monkeypatch.setenv("CACHE_URL", url)
    with pytest.raises(ImproperlyConfigured) as refused:
        env_cache("CACHE_URL")
    assert str(refused.value).startswith("CACHE_URL")
    assert "Geh" not in str(refused.value)


def test_a_checked_address_is_the_same_when_checked_again():
    once = addresses.checked("DATABASE_URL", "postgres://u:a#%2F@h/n?x=1")
    assert once == addresses.checked("DATABASE_URL", once) == "postgres://u:a%23%2F@h/n?x=1"


@pytest.mark.parametrize("variable", ["DATABASE_URL", "CACHE_URL"])
def test_on_the_terminal_there_is_one_sentence_and_no_traceback(tmp_path, variable):
    kind = "postgres" if variable == "DATABASE_URL" else "redis"
    own = {"VAR_DIR": str(tmp_path), variable: f"{kind}://look:Geh/eim7x@127.0.0.1/look"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        env=os.environ | own, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, HOW_TO.replace("DATABASE_URL", variable) + "\n")
