"""A minimal Debian with make and python3-venv and nothing else: what the README tells to type."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests import debian
from tests.config.test_nginx import free_port
from tests.photos import ALL

pytestmark = pytest.mark.slow
README = (debian.ROOT / "README.md").read_text()
HOME = Path("/home/keeper")
SECONDS = 400  # on a machine that does much else


class Machine:
    """A copy of the minimal Debian, with the project in the home of its one user."""

    def __init__(self, release, folder):
        self.pristine = debian.machine(release)
        self.wheels = debian.wheels(debian.version(self.pristine))
        self.root = folder / release
        subprocess.run(["cp", "-a", self.pristine, self.root], check=True)
        home = self.root / HOME.relative_to("/")
        self._copy_the_project(home)
        subprocess.run(["chown", "-R", f"{debian.USER}:{debian.USER}", home], check=True)

    def _copy_the_project(self, home):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=debian.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            if (debian.ROOT / name).is_file():
                shutil.copy(debian.ROOT / name, home / name)

    def start(self, line, **settings):
        """Types a line there; the packages come from the folder of wheels."""
        environment = {
            "HOME": HOME, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": "/wheels", **settings,
        }  # fmt: skip
        return debian.inside(
            self.root, ["bash", "-ec", line], environment, [(self.wheels, "/wheels")], cwd=HOME
        )

    def run(self, line):
        with self.start(line) as typed:
            said = typed.communicate(timeout=SECONDS)[0]
        assert typed.returncode == 0, said
        assert "Traceback" not in said
        return said

    def serve(self, line, asked, **settings):
        """Types a line that serves, asks for pages as soon as one comes, and ends it."""
        with self.start(line, **settings) as site:
            try:
                first = first_page(site, asked[0])
                return [first, *(requests.get(url, timeout=60) for url in asked[1:])]
            finally:
                site.kill()


def first_page(site, url):
    """The first answer; or what was said, if that is all that comes."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and site.poll() is None:
        try:
            return requests.get(url, timeout=60)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    site.kill()
    raise AssertionError(site.communicate()[0])


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def machine(request):
    debian.require("debootstrap", "unshare", "chroot", "setpriv", "git")
    with debian.workplace(f"fresh-{request.param}") as folder:
        yield Machine(request.param, folder)


def your_own_shop():
    """The README's lines, less the last one, which serves; a folder of photos is the shop."""
    block = re.search(r"^## Your own shop\n+```\n(.*?)^```", README, re.S | re.M)[1]
    *lines, last = [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]
    assert last == "make serve"
    shop = [line for line in lines if " scrape " in line]
    assert "import_folder DIR" in block
    assert len(shop) == 1
    return "\n".join(lines).replace(shop[0], "python manage.py import_folder tests/photos")


def test_the_readme_s_first_command_leads_to_the_first_page(machine):
    if machine.pristine.name == "trixie":
        pytest.skip("its shop of photos is enough")
    assert re.search(r"^## Try it\n.*?^```\n(make \w+) ", README, re.S | re.M)[1] == "make demo"
    port = free_port()
    (page,) = machine.serve("make demo", [f"http://127.0.0.1:{port}/"], DEMO_PORT=port)
    assert page.status_code == 200
    assert "/products/" in page.text


def test_your_own_shop_is_served_from_a_folder_of_photos(machine):
    said = machine.run(your_own_shop())
    assert f"Live: {len(ALL)} products." in said
    port, item = free_port(), ALL[0].stem
    site = f"http://127.0.0.1:{port}"
    page, answer, style = machine.serve(
        "source .venv/bin/activate; make serve",
        [f"{site}/products/{item}/", f"{site}/api/v1/products/{item}/similar/",
         f"{site}/static/css/lookalike.css"],
        BIND=f"127.0.0.1:{port}",
    )  # fmt: skip
    assert (page.status_code, answer.status_code, style.status_code) == (200, 200, 200)
    assert len(answer.json()["neighbours"]) == 5
    assert "All is well." in machine.run(".venv/bin/python manage.py doctor")
