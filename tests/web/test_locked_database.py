"""Waiting for SQLite's one writer, in a process with an event loop."""

import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from django.db import OperationalError
from django.db.utils import load_backend

from web.locked_database import impatient

WAITS = """
from gevent import monkey; monkey.patch_all()
import sys, time, gevent, django
django.setup()
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from web.locked_database import wait_calmly
connection_created.connect(wait_calmly)
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE there (number)")
print("ready", flush=True); sys.stdin.readline()
ticks = []
def watch():
    while True:
        ticks.append(time.monotonic()); gevent.sleep(0.01)
watcher = gevent.spawn(watch); gevent.sleep(0)
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO there VALUES (1)")
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("INSERT INTO there VALUES (2)")
print(max(b - a for a, b in zip(ticks, ticks[1:])) < 0.5, ticks[-1] - ticks[0] > 0.8)
"""


@pytest.mark.slow
def test_the_loop_runs_while_a_writer_is_waited_for(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    sqlite3.connect(tmp_path / "db.sqlite3").close()
    (tmp_path / "db.sqlite3").touch()
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        writer = sqlite3.connect(
            tmp_path / "db.sqlite3", isolation_level=None, check_same_thread=False
        )
        writer.execute("BEGIN IMMEDIATE")
        threading.Timer(1.0, writer.execute, ["COMMIT"]).start()
        said, _nothing = process.communicate("go\n", timeout=60)
    assert said == "True True\n"


@pytest.mark.django_db  # pytest-django guards every connection
def test_what_is_not_worth_a_wait_fails_soon(tmp_path):
    options = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
    place = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    more = {"OPTIONS": options, "TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False}
    database = load_backend(place["ENGINE"]).DatabaseWrapper(place | more | {"CONN_MAX_AGE": 0})
    database.inc_thread_sharing()
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE there (number)")
    holder = sqlite3.connect(place["NAME"], isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"), impatient(database, 0.2):
        database.cursor().execute("INSERT INTO there VALUES (1)")
    assert 0.1 < time.monotonic() - began < 10
    assert database.cursor().execute("PRAGMA busy_timeout").fetchone()[0] == 20_000
    database.close()
    holder.close()
