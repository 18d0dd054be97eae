"""`.env` as people write it: read as it is meant, or refused in a sentence that shows no value."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import dotenv

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def load(tmp_path, monkeypatch):
    """What a file of these bytes puts into an empty environment."""

    def load(data):
        for name in ("NAME", "OTHER", "DATABASE_URL"):
            monkeypatch.delenv(name, raising=False)
        (tmp_path / ".env").write_bytes(data if isinstance(data, bytes) else data.encode())
        lines = dotenv.load(tmp_path / ".env")
        told = {name: os.environ[name] for name in lines}
        for name in lines:
            monkeypatch.delenv(name, raising=False)
        return told

    return load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NAME=on", "on"),
        ("\ufeffNAME=on", "on"),
        ("# first\r\nNAME=on\r\n", "on"),
        ("# first\rNAME=on\r", "on"),
        ("NAME = on ", "on"),
        ("\t  NAME=on", "on"),
        ("export NAME=on", "on"),
        ("NAME=on   # so that it is on", "on"),
        ("NAME=on\t# so that it is on", "on"),
        ("NAME=a#b", "a#b"),
        ("NAME=#b", "#b"),
        ("NAME=    # nothing yet", ""),
        ("NAME=", ""),
        ("NAME='a # b'  # c", "a # b"),
        ('NAME="a # b" # c', "a # b"),
        (r'NAME="a\"b\\c\d"', r'a"b\c\d'),
        ("NAME=it's", "it's"),
        ("NAME=a=b", "a=b"),
        ("NAME=$money", "$money"),
        ("NAME=Größe\u2028x", "Größe\u2028x"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_line_is_read_as_it_is_meant(load, text, value, encoding):
    assert load(text.removeprefix("\ufeff" * (encoding != "utf-8")).encode(encoding)) == {
        "NAME": value
    }


@pytest.mark.parametrize(
    ("data", "line", "advice"),
    [
        (b"OTHER=1\nhush-hush\n", 2, "write NAME=value, or begin the line with #"),
        (b"OTHER=1\r\n=hush-hush\r\n", 2, "write NAME=value"),
        (b"MY NAME=hush-hush", 1, "write NAME=value"),
        (b"MY-NAME: hush-hush", 1, "write NAME=value"),
        (b'NAME="hush-hush', 1, "the value's quotation mark does not end it"),
        (b"NAME='hush'-hush", 1, "the value's quotation mark does not end it"),
        (b"\nNAME=\xe9hush-hush", 2, "save it as UTF-8"),
        ("NAME=hush-hush".encode("utf-16-le"), 1, "this is no plain text; save it as UTF-8"),
        (b"NAME=hush-hush\n\nNAME=on", 3, "NAME stands in line 1 already"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_line_and_not_shown(
    load, tmp_path, data, line, advice
):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(data)
    assert str(refused.value).startswith(f"{tmp_path / '.env'}, line {line}: {advice}")
    assert "hush" not in str(refused.value)


def test_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("NAME", "the environment's")
    (tmp_path / ".env").write_text("NAME=the file's")
    assert dotenv.load(tmp_path / ".env") == {"NAME": 1}
    assert os.environ["NAME"] == "the environment's"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("allowed_hosts", "ALLOWED_HOSTS"),
        ("API_KEY_REQUIRED", "API_KEYS_REQUIRED"),
        ("POSTGRES_PASSWORD", None),
        ("ALLOWED_HOSTS", None),
    ],
)
def test_a_slip_is_told_from_the_name_of_another_program(name, meant):
    known = {"ALLOWED_HOSTS", "API_KEYS_REQUIRED", "DATABASE_URL"}
    assert dotenv.slips([name], known) == ({name: meant} if meant else {})


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """What starts the program, with a folder of its own for `.env`."""
    place = tmp_path_factory.mktemp("copy")
    for name in ("config", "runs", "catalog", "recommender", "web", "demo", "templates", "static"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", place)
    return place


@pytest.fixture
def manage(copied):
    """A command in that folder, with `.env` as its only settings."""

    def manage(text, *command):
        (copied / ".env").write_text(text)
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, *(command or ("manage.py", "check"))],
            cwd=copied, env=own, capture_output=True, text=True,
        )  # fmt: skip

    return manage


SHOW = "from config import settings as s; print(s.API_KEYS_REQUIRED, s.BASE_DIR.name)"


def test_the_settings_are_those_of_the_file(manage, copied):
    assert (
        manage("\ufeffAPI_KEYS_REQUIRED = yes # all\n", "-c", SHOW).stdout
        == f"True {copied.name}\n"
    )


@pytest.mark.parametrize(
    "program",
    [["manage.py", "check"], ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]],
)
@pytest.mark.parametrize(
    "line", ["hush-hush", "API_KEYS_REQUIRED=enabled", "DATABASE_URL=postgres://a:hu/sh@b/c"]
)
def test_a_wrong_line_stops_every_program_in_one_sentence(manage, program, line):
    done = manage(f"\n{line}\n", *program)
    assert done.returncode == 1
    assert re.fullmatch(r"(\S+\.env, line 2|API_KEYS_REQUIRED|DATABASE_URL).*\.\n", done.stderr)
    assert "hush" not in done.stderr + done.stdout
    assert "hu/sh" not in done.stderr + done.stdout


def test_a_slip_is_told_with_the_name_that_is_meant(manage):
    done = manage("SECRET_KEY=hush\nALLOWED_HOST=look.shop.example\nPOSTGRES_PASSWORD=hush\n")
    assert done.returncode == 0
    assert "line 2: there is no setting ALLOWED_HOST; it changes nothing." in done.stderr
    assert "Did you mean ALLOWED_HOSTS?" in done.stderr
    assert done.stderr.count("config.W001") == 1
    assert "hush" not in done.stderr


def test_each_line_of_the_example_says_its_default(manage):
    text = (ROOT / ".env.example").read_text()
    taken = re.sub(r"(?m)^#(?=[A-Z0-9_]+=)", "", text)
    show = "from config import settings as s; print({n: v for n, v in vars(s).items() if n.isupper() and n != 'SECRET_KEY'})"
    assert manage(taken, "-c", show).stdout == manage("", "-c", show).stdout
