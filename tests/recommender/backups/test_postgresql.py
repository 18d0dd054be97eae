"""A backup of a site on PostgreSQL: a real server on loopback, where its programs are installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.recommender.backups.test_from_a_terminal import Place
from tests.test_with_real_parts import free_port

pytestmark = pytest.mark.slow
PROGRAMS = ("initdb", "pg_ctl", "pg_dump", "pg_restore", "psql")
missing = [name for name in PROGRAMS if not shutil.which(name)]


def as_nobody(*command):
    """PostgreSQL refuses to be run by root."""
    plain = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return [*(plain if os.geteuid() == 0 else ()), *map(str, command)]


@pytest.fixture(scope="module")
def server():
    """An empty server of its own; gives the address of a database."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to another account
        data, port = Path(folder) / "data", free_port()
        Path(folder).chmod(0o711)
        data.mkdir()
        if os.geteuid() == 0:
            os.chown(data, 65534, 65534)
        initialise = as_nobody("initdb", "-D", data, "-U", "owner", "--auth=trust")
        subprocess.run(initialise, check=True, capture_output=True, cwd="/")
        options = f"-p {port} -h 127.0.0.1 -k {data} -c fsync=off"
        start = ["pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start"]
        subprocess.run(as_nobody(*start), check=True, cwd="/", stdout=subprocess.DEVNULL)
        try:
            yield f"postgres://owner@127.0.0.1:{port}/postgres"
        finally:
            stop = as_nobody("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
            subprocess.run(stop, check=True, capture_output=True, cwd="/")


@pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
def test_a_backup_comes_back_and_what_a_newer_version_made_goes(server, folder, tmp_path):
    site = Place(tmp_path / "site")
    site.environment["DATABASE_URL"] = server
    site.run("migrate", "--verbosity", "0")
    site.run("import_folder", folder)
    site.run("build_index", "--no-map")
    site.run("backup", tmp_path / "backups")
    before = site.run("similar", "1", "--json")
    site.run("remove_shop", "local", "--yes")
    sql = "CREATE TABLE lookalike_catalog_later (id int); INSERT INTO django_migrations (app, name, applied) VALUES ('lookalike_catalog', '0999_later', now())"
    subprocess.run(["psql", server, "-c", sql], check=True, capture_output=True)
    site.run("restore", tmp_path / "backups", "--noinput")
    assert site.run("similar", "1", "--json") == before
    tables = subprocess.run(["psql", server, "-Atc", r"\dt"], check=True, capture_output=True)
    assert b"lookalike_catalog_later" not in tables.stdout
    site.run("remove_shop", "local", "--yes")


@pytest.mark.skipif(bool(missing), reason="no server")
def test_without_its_programs_it_says_what_to_install(server, tmp_path):
    site = Place(tmp_path / "site")
    site.environment["DATABASE_URL"] = server
    site.run("migrate", "--verbosity", "0")
    site.environment["PATH"] = str(tmp_path)
    told = site.run("backup", tmp_path / "backups", code=1)
    assert "pg_dump is not installed; install PostgreSQL's client programs" in told
