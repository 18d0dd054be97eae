"""How the addresses of databases are read from the environment; loudly, as in env.py."""

import os
import re
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import ImproperlyConfigured

from config.addresses import checked
from config.env import BASE_DIR, env

SCHEMES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
MEMORY = ":memory:"
_FLAGS = ("atomic_requests", "autocommit", "disable_server_side_cursors", "conn_health_checks")
# Seconds after which a server that says nothing counts as one that does not answer.
PATIENCE = 3


def env_database(name: str, default: Path) -> dict[str, Any]:
    """The database that the URL in variable `name` tells; SQLite in `default` without one."""
    url = env.str(name, "") or f"sqlite:///{default}"
    wrong = ImproperlyConfigured(f"{name}: expected sqlite:///file or postgres://user@host/name.")
    is_file = re.match(r"sqlite:(///[^?#]|//:memory:$)", url)
    scheme, sign, _rest = url.partition("://")
    if not sign or scheme not in SCHEMES or (scheme == "sqlite" and not is_file):
        raise wrong
    _require_options(name, url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the error says it
        database = dict(env.db_url_config(url if is_file else checked(name, url)))
    if not database["NAME"] or (database["NAME"] == MEMORY and url != f"sqlite://{MEMORY}"):
        raise wrong
    return database


def env_vectors(name: str, engine: str, catalogue: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The database `index`, if variable `name` tells of another one than the catalogue's.

    A loud error where INDEX_ENGINE=postgres finds no PostgreSQL, or lacks pgvector.
    """
    if engine != "postgres":
        return {}
    if find_spec("pgvector") is None:
        raise ImproperlyConfigured("INDEX_ENGINE=postgres needs pgvector: pip install pgvector")
    own = env_database(name, BASE_DIR) if env.str(name, "") else catalogue
    if not own["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(
            f"INDEX_ENGINE=postgres: {name} or, without it, DATABASE_URL must name a PostgreSQL "
            "database, as in postgres://user:password@host/name."
        )
    place = ("HOST", "PORT", "NAME")
    return {} if all(own[part] == catalogue[part] for part in place) else {"index": own}


def env_replica(name: str, catalogue: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The database `replica` that variable `name` tells: of PostgreSQL, as the catalogue's is.

    Neither of the two is waited for long then, since the other one answers meanwhile.
    """
    if not env.str(name, ""):
        return {}
    replica = env_database(name, BASE_DIR)
    if not all(one["ENGINE"].endswith("postgresql") for one in (replica, catalogue)):
        raise ImproperlyConfigured(
            f"{name}: a replica of DATABASE_URL's PostgreSQL, so both must name one, as in "
            "postgres://user:password@host/name."
        )
    for one in (replica, catalogue):
        one["OPTIONS"] = {"connect_timeout": PATIENCE} | one.get("OPTIONS", {})
    replica |= {"CONN_HEALTH_CHECKS": True, "TEST": {"MIRROR": "default"}}
    return {"replica": replica}


def _require_options(name: str, url: str) -> None:
    """Raises ImproperlyConfigured for what stands behind the ? and would be passed over."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    if options and url.startswith("sqlite:"):
        raise ImproperlyConfigured(f"{name}: a file of SQLite takes no options; leave out ?….")
    for option, value in options.items():
        is_age, is_flag = option.lower() == "conn_max_age", option.lower() in _FLAGS
        if is_age and not re.fullmatch(r"\d{1,9}|None", value):
            raise ImproperlyConfigured(f"{name}: {option} is a whole number of seconds, or None.")
        if is_flag and value not in ("True", "False"):
            raise ImproperlyConfigured(f"{name}: {option} is True or False.")


def how_to_open(file: Path) -> str:
    """What SQLite is told of a file: one on a disk that cannot be written changes for nobody.

    Without that, it would want to write its log beside the file, even to read from it.
    """
    log = file.with_name(f"{file.name}-wal")
    can_be_written = os.access(file.parent, os.W_OK) or not file.exists() or log.exists()
    return "mode=rw" if can_be_written else "mode=ro&immutable=1"
