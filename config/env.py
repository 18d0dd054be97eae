"""How settings are read from the environment and `.env`: each kind of value, checked loudly.

A wrong value stops the program and names the variable.
"""

import importlib.util
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import environ
from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import ImproperlyConfigured
from filelock import FileLock

from config import dotenv
from config.addresses import checked
from runs.files import make_private, put_in_place
from runs.system_checks import OURS
from runs.variables import default_of

# Where this code lies: in the checkout, or in the package that is installed (setup.py).
CODE_DIR = Path(__file__).resolve().parent.parent
INSTALLED = CODE_DIR.parts[-2:] == ("lookalike", "site")
# Where the apps lie, and where `templates` and `static` do.
APPS_DIR = CODE_DIR.parents[1] if INSTALLED else CODE_DIR
PAGES_DIR = APPS_DIR / "web" if INSTALLED else CODE_DIR
# Where the site's own files lie: `.env`, and what a relative path in a setting is taken from.
BASE_DIR = Path(os.environ.get("LOOKALIKE_HOME") or ("" if INSTALLED else CODE_DIR)).resolve()
# A host in settings: a name, in brackets an address, or * for any.
_HOST = re.compile(r"\*|\.?[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")
_SITE = re.compile(
    r"null|[a-z][a-z0-9+.-]*://(?:\*\.)?(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?"
)
_BUCKET = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<path>/[\w./-]*)?"
    r"(?:\?(?P<more>(?:endpoint=https?://[^&\s]+|region=[\w-]+)(?:&(?:endpoint=https?://[^&\s]+|"
    r"region=[\w-]+))?))?"
)
_SCHEDULER = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
YES, NO = ("true", "on", "yes", "y", "ok", "1"), ("false", "off", "no", "n", "0")


class Environment(environ.Env):  # type: ignore[misc]
    """Takes each value as it is written: one that begins with $ names no other variable."""

    asked: set[str] = set()  # noqa: RUF012 – one environment, one list

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **more: Any
    ) -> Any:
        self.asked.add(var)
        if (value := os.environ.get(var, "")).startswith("$"):
            return self.parse_value(value, cast)
        return super().get_value(var, cast=cast, default=default, **more)


DOTENV = BASE_DIR / ".env"
env = Environment()
# The names that `.env` sets, each with its line.
WRITTEN = dotenv.load(DOTENV) if DOTENV.is_file() else {}
RENAMED = {
    "ANN": "LISTS",
    "APPROXIMATE_NEIGHBOURS": "LISTS",
    "HTTPS": "BEHIND_TLS_PROXY",
    "PICTURE_BY_URL": "ALLOW_PICTURE_URLS",
}
for _name in RENAMED.keys() & os.environ.keys():
    raise ImproperlyConfigured(
        f"{_name} is called {RENAMED[_name]} now: rename the setting; .env.example has its values."
    )
# Read elsewhere: by gunicorn, Keras and the processes that the demo starts.
READ_ELSEWHERE = {"BIND", "GUNICORN_CMD_ARGS", "KERAS_HOME", "LOOKALIKE_DEMO", "LOOKALIKE_HOME"}
READ_ELSEWHERE |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}  # by boto3


@register(OURS)
def names_are_those_of_settings(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """config.W001: `.env` has a name that no setting has, and one has nearly."""
    known = env.asked | READ_ELSEWHERE
    return [
        Warning(
            f"{DOTENV}, line {WRITTEN[name]}: there is no setting {name}; it changes nothing.",
            hint=f"Did you mean {meant}?",
            id="config.W001",
        )
        for name, meant in dotenv.slips(WRITTEN, known).items()
    ]


# Each reads the variable `name`; without it, its default in runs/variables.py counts.

# 0 to 100, with places after the point.
_POINTS = re.compile(r"(?:\d{1,2}(?:\.\d+)?|100)", re.ASCII)


def env_text(name: str) -> str:
    """The text in variable `name`."""
    return env.str(name, "") or str(default_of(name))


def env_flag(name: str) -> bool:
    """True or False from variable `name`, or a loud error: what is half understood is not No."""
    value = env.str(name, "").lower()
    if value and value not in (*YES, *NO):
        raise ImproperlyConfigured(f"{name}={value!r}: write True or False.")
    return value in YES if value else bool(default_of(name))


def env_path(name: str, default: Path | None = None) -> Path:
    """The path in variable `name`; a relative one is taken from BASE_DIR."""
    return (BASE_DIR / (env.str(name, "") or default or default_of(name))).resolve()


def env_file(name: str) -> Path | None:
    """The path in variable `name`, as env_path takes it; None where there is none."""
    return env_path(name, Path()) if env.str(name, "") else None


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of `choices` from variable `name`, or a loud error."""
    value = env_text(name)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}: choose one of {', '.join(choices)}.")
    return value


def env_number(name: str, minimum: float, default: float | None = None) -> float:
    """A number of at least `minimum` from variable `name`, or a loud error."""
    text = env.str(name, "") or str(default_of(name) if default is None else default)
    try:
        value = float(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text!r} is not a number.") from None
    if not value >= minimum:
        raise ImproperlyConfigured(f"{name}={text!r}: must be at least {minimum:g}.")
    return value


def env_count(name: str, default: int | None = None) -> int:
    """A whole number from variable `name`, 0 or more."""
    value = env_number(name, 0, default)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value}: must be a whole number.")
    return int(value)


def env_weights(name: str, known: tuple[str, ...]) -> dict[str, float]:
    """Points by what they are for from variable `name`, as in category=10,price=5; a loud error."""
    found = {}
    for part in env_list(name):
        fact, _, points = map(str.strip, part.partition("="))
        if fact not in known or not _POINTS.fullmatch(points):
            raise ImproperlyConfigured(
                f"{name}={part!r}: write any of {', '.join(known)} with 0 to 100 points, as in "
                "category=10,price=5"
            )
        found[fact] = float(points)
    return found


def env_prefix(name: str) -> str | None:
    """A path such as /look from variable `name`, or a loud error; None where there is none."""
    value = env.str(name, "")
    if value and (not value.startswith("/") or value.endswith("/")):
        raise ImproperlyConfigured(f"{name}={value!r}: must begin with / and not end with it.")
    return value or None


def env_cache(name: str) -> dict[str, Any]:
    """The cache that the URL in variable `name` tells, as in redis://user:password@host/0."""
    url = checked(name, env_text(name))
    if url.partition(":")[0] not in env.CACHE_SCHEMES:
        raise ImproperlyConfigured(f"{name}: expected locmemcache:// or redis://host:6379/0.")
    return dict(env.cache_url_config(url))


def env_cluster(name: str) -> str:
    """The address of a Dask scheduler from variable `name`, or a loud error; "" for none."""
    value = env_text(name)
    if value and not _SCHEDULER.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name}={value!r}: the address of a Dask scheduler, such as tcp://10.0.0.5:8786"
        )
    return value


def env_pictures(name: str) -> dict[str, Any]:
    """Where pictures are kept: files, or the bucket of the URL in variable `name`; a loud error."""
    if not (value := env_text(name)):
        return {"BACKEND": "catalog.pictures.PictureFiles"}
    if not (found := _BUCKET.fullmatch(value)):
        raise ImproperlyConfigured(
            f"{name}={value!r}: expected s3://bucket/path?endpoint=https://host&region=name; path, "
            "endpoint and region may be left out, and the key is boto3's (AWS_ACCESS_KEY_ID)."
        )
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        raise ImproperlyConfigured(
            f"{name} needs django-storages. Run: pip install 'django-storages[s3]'"
        )
    given = {"endpoint": "endpoint_url", "region": "region_name"}
    more = {given[key]: one for key, one in parse_qsl(found["more"] or "")}
    path = {"location": found["path"].strip("/")} if found["path"] else {}
    options = {"bucket_name": found["bucket"]} | path | more
    return {"BACKEND": "catalog.bucket.BucketPictures", "OPTIONS": options}


def env_list(name: str) -> list[str]:
    """The values between the commas in variable `name`, without the blanks around them."""
    return [value for part in env.str(name, "").split(",") if (value := part.strip())]


def env_hosts(name: str) -> list[str]:
    """Names of hosts from variable `name`, as in shop.example,.shop.example; or a loud error."""
    hosts = env_list(name)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"{name}: {host!r} is no host's name. Write it without https://, port and path, "
                "as in shop.example,.shop.example"
            )
    return hosts or list(default_of(name))


def env_sites(name: str) -> list[str]:
    """Sites such as https://shop.example from variable `name`; or a loud error."""
    sites = [site.rstrip("/").lower() for site in env_list(name)]
    for site in sites:
        if not _SITE.fullmatch(site):
            raise ImproperlyConfigured(
                f"{name}: {site!r} is no site. Write scheme and host alone, as in "
                "https://shop.example"
            )
    return sites


def env_origins(name: str) -> tuple[list[str], bool]:
    """Sites as in env_sites, or "null"; and whether the variable says "*", for all."""
    return ([], True) if env_list(name) == ["*"] else (env_sites(name), False)


def env_admin_path(name: str) -> str:
    """Where the admin is, as in `office/`, from variable `name`; "" where it says "off"."""
    value = env_text(name).strip("/")
    if value == "off":
        return ""
    if not value.replace("-", "").replace("_", "").replace("/", "").isalnum():
        raise ImproperlyConfigured(f"{name}={value!r}: a path such as office/, or off.")
    return f"{value}/"


def secret_key(var_dir: Path) -> str:
    """`SECRET_KEY`, or one made once and kept, readable by its owner only, in `VAR_DIR`."""
    if key := env.str("SECRET_KEY", ""):
        return str(key)
    path = var_dir / "secret_key"
    try:
        if not has_content(path):
            var_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(var_dir / "secret_key.lock"):  # of two first starts, one makes it
                if not has_content(path):
                    keep_new_key(path)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR={var_dir}: cannot be written ({error}); set SECRET_KEY or VAR_DIR."
        ) from error


def has_content(path: Path) -> bool:
    """Whether a file is there and not empty, as a full disk may have left it."""
    return path.exists() and path.stat().st_size > 0


def keep_new_key(path: Path) -> None:
    """Writes a key that only its owner may read; whole, or not at all."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    make_private(unfinished)
    unfinished.write_text(secrets.token_urlsafe(48))
    put_in_place(unfinished, path)
