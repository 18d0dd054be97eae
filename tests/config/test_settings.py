import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_hosts, env_list, env_origins, env_sites, env_weights
from runs.variables import BY_NAME

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
    [
        ("RUNTIME", "abacus"),
        ("SCRAPE_PAUSE_SECONDS", "-1"),
        ("SCRAPE_PAUSE_SECONDS", "soon"),
        ("CLUSTER", "10.0.0.5:8786"),
        ("FACT_WEIGHTS", "look=5"),
        ("FACT_WEIGHTS", "category=101"),
        ("FACT_WEIGHTS", "category"),
    ],
)
def test_a_wrong_value_stops_the_program_and_names_the_variable(tmp_path, variable, value):
    start = python(SHOW_KEY, VAR_DIR=str(tmp_path), **{variable: value})
    _out, error = start.communicate(timeout=60)
    assert start.returncode == 1
    assert f"ImproperlyConfigured: {variable}='{value}'" in error.splitlines()[-1]


@pytest.mark.parametrize("name", ["ANN", "APPROXIMATE_NEIGHBOURS"])
def test_an_old_name_stops_the_program_and_says_the_new_one(tmp_path, name):
    start = python(SHOW_KEY, VAR_DIR=str(tmp_path), **{name: "on"})
    error = start.communicate(timeout=60)[1].splitlines()[-1]
    assert f"{name} is called LISTS now: rename the setting" in error


def test_every_setting_that_is_read_stands_in_the_table_and_no_other():
    modules = (ROOT / "config" / "env.py", ROOT / "config" / "settings.py")
    source = "".join(module.read_text() for module in modules)
    read = [*re.findall(r"env(?:_\w+|\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"", source), "BIND"]
    assert len(read) > 10
    assert set(read) == set(BY_NAME)


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
    assert env_hosts("NAMES") == [host]


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
    monkeypatch.setenv("ALLOWED_HOSTS", " , ")
    assert env_hosts("ALLOWED_HOSTS") == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"INDEX_ENGINE": "faiss"}, "INDEX_ENGINE"),
        (
            {"INDEX_ENGINE": "postgres", "DATABASE_URL": ""},
            "INDEX_DATABASE_URL or, without it, DATABASE_URL",
        ),
        (
            {"INDEX_ENGINE": "postgres", "INDEX_DATABASE_URL": "sqlite:///x"},
            "must name a PostgreSQL",
        ),
        (
            {"INDEX_ENGINE": "postgres", "INDEX_DATABASE_URL": "nonsense"},
            "INDEX_DATABASE_URL: expected",
        ),
    ],
)
def test_an_engine_without_its_database_stops_the_program_in_a_sentence(given, said):
    started = python("from config import settings", **given)
    told = started.communicate(timeout=60)[1]
    assert started.returncode == 1
    assert said in told.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("vectors", "names"),
    [
        ("", ["default"]),
        ("postgres://u:p@host/shop", ["default"]),
        ("postgres://u:p@other/shop", ["default", "index"]),
    ],
)
def test_vectors_lie_beside_the_catalogue_unless_they_have_a_database_of_their_own(vectors, names):
    show = "from config import settings; print(list(settings.DATABASES), settings.DATABASE_ROUTERS)"
    given = {"INDEX_ENGINE": "postgres", "DATABASE_URL": "postgres://u:p@host/shop"}
    told = python(show, **given, INDEX_DATABASE_URL=vectors).communicate(timeout=60)[0]
    routers = ["recommender.engines.postgres.places.Router"] if "index" in names else []
    assert told.strip() == f"{names} {routers}"


def test_a_replica_is_read_from_beside_whatever_else_there_is():
    show = "from config import settings; print(list(settings.DATABASES), settings.DATABASE_ROUTERS)"
    given = {
        "INDEX_ENGINE": "postgres", "DATABASE_URL": "postgres://u:p@host/shop",
        "INDEX_DATABASE_URL": "postgres://u:p@vectors/shop",
        "REPLICA_DATABASE_URL": "postgres://u:p@other/shop",
    }  # fmt: skip
    told = python(show, **given).communicate(timeout=60)[0]
    routers = ["recommender.engines.postgres.places.Router", "catalog.replica.Router"]
    assert told.strip() == f"{['default', 'index', 'replica']} {routers}"


@pytest.mark.parametrize(
    ("catalogue", "replica", "said"),
    [
        ("", "postgres://u:p@other/shop", "REPLICA_DATABASE_URL: a replica of DATABASE_URL's"),
        ("postgres://u:p@host/shop", "sqlite:///x", "REPLICA_DATABASE_URL: a replica of"),
        ("postgres://u:p@host/shop", "nonsense", "REPLICA_DATABASE_URL: expected"),
    ],
)
def test_what_can_be_no_replica_stops_the_program_in_a_sentence(catalogue, replica, said):
    given = {"DATABASE_URL": catalogue, "REPLICA_DATABASE_URL": replica}
    started = python("from config import settings", **given)
    told = started.communicate(timeout=60)[1]
    assert started.returncode == 1
    assert said in told.strip().splitlines()[-1]


def test_points_are_read_by_what_they_are_for(monkeypatch):
    monkeypatch.setenv("FACT_WEIGHTS", " category=10, price = 2.5,")
    read = env_weights("FACT_WEIGHTS", ("category", "price"))
    assert read == {"category": 10.0, "price": 2.5}
    monkeypatch.delenv("FACT_WEIGHTS")
    assert env_weights("FACT_WEIGHTS", ("category", "price")) == {}
