"""Commands that are killed, and commands on a full disk."""

import resource
import signal
import sqlite3
import subprocess
import time
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from recommender.index.file import IndexFileError, load_index, verify_index
from recommender.live.paths import index_path
from tests.catalog.test_kills import COUNT as SHOP_SIZE
from tests.catalog.test_kills import make_shop
from tests.torture.came import Came
from tests.torture.place import command, done

EMBEDDER = "efficientnet-lite2"


def builds_killed(folder: Path, random: Random, until: float) -> Came:
    """SIGKILL at any moment of a build of everything; the live index is whole, or none."""
    came = Came("a build killed at a random moment, then run to its end")
    path = index_path(EMBEDDER)
    expected = np.array(load_index(path).embeddings)
    began = time.monotonic()
    code, said = done(command("build_index", "--full"))
    came.require(code == 0, said)
    whole = time.monotonic() - began
    while time.monotonic() < until - 2 * whole:
        _kill(command("build_index", "--full"), random.uniform(0.1, 1.05) * whole)
        came.times += 1
        _require_sound(came, path)
        if random.random() < 0.5:
            code, said = done(command("build_index"))
            came.require(code == 0, f"a build after a kill: {said}")
            same = np.array_equal(load_index(path).embeddings, expected)
            came.require(same, "another index came of it")
            came.see("run to their end")
    code, said = done(command("build_index"))
    came.require(code == 0, said)
    left = [str(part) for part in (folder / "var").rglob("*.part")]
    came.require(not left, f"left behind: {left}")
    return came


def _kill(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _require_sound(came: Came, path: Path) -> None:
    try:
        verify_index(path)
        came.see("live indexes whole")
    except IndexFileError as error:
        came.wrong.append(str(error))


def scrapes_killed(folder: Path, random: Random, until: float) -> Came:
    """SIGKILL at any moment of a scrape; what stands in the catalogue is whole."""
    came = Came(f"a scrape of {SHOP_SIZE} products killed at a random moment")
    with make_shop() as shop:
        arguments = ("scrape", f"{shop.url}/tees", "--category", "tortured")
        while time.monotonic() < until - 20:
            _kill(command(*arguments), random.uniform(0.6, 2.5))
            came.times += 1
            came.see("pictures whole", _whole_pictures(came, folder))
        code, said = done(command(*arguments))
        came.require(code == 0, said)
    with sqlite3.connect(folder / "catalogue.sqlite3") as database:
        (count,) = database.execute("select count(*) from lookalike_catalog_product").fetchone()
        (sound,) = database.execute("pragma integrity_check").fetchone()
    came.require(sound == "ok", f"the database: {sound}")
    came.require(count >= SHOP_SIZE, f"{count} products at the end")
    came.require(not list((folder / "media").rglob("*.part")), "unfinished files are left behind")
    code, said = done(command("remove_shop", urlsplit(shop.url).netloc, "--yes"))
    came.require(code == 0, said)
    return came


def _whole_pictures(came: Came, folder: Path) -> int:
    """How many of the catalogue's pictures can be read; all, or it is noted."""
    with sqlite3.connect(folder / "catalogue.sqlite3") as database:
        ids = [row[0] for row in database.execute("select item_id from lookalike_catalog_product")]
    for item_id in ids:
        try:
            with Image.open(folder / "media" / "thumbnails" / f"{item_id}.jpg") as picture:
                picture.load()
        except OSError as error:
            came.wrong.append(f"{item_id}: {error}")
    return len(ids)


def full_disks(folder: Path, random: Random, until: float) -> Came:
    """No file may grow beyond some bytes, as on a disk that is full; one sentence, exit code 1."""
    came = Came("a build or an import on a disk with no room left")
    path = index_path(EMBEDDER)
    before = path.read_bytes()
    while time.monotonic() < until - 10:
        most = int(10 ** random.uniform(0, 5.2))
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
        arguments = random.choice(
            [("build_index", "--full"), ("import_folder", str(folder / "shop"), "--force")]
        )
        code, said = done(command(*arguments, preexec_fn=limit))
        came.times += 1
        came.see("ended with one sentence" if code == 1 else "done all the same")
        came.require(code in (0, 1), f"exit code {code}: {said}")
        came.require("Traceback" not in said, said)
        came.require(path.read_bytes() == before or code == 0, "the live index has changed")
    return came
