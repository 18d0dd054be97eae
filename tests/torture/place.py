"""A shop of sixty pictures, its catalogue and its index, in a folder that is thrown away."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
COUNT = 60


def environment(folder: Path) -> dict[str, str]:
    """What commands and site are told, so that they touch nothing else."""
    return {
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3",
        "EMBEDDER": "efficientnet-lite2",
        "RUNTIME": "auto",
        "SCRAPE_PAUSE_SECONDS": "0",
        "SCRAPE_ALLOW_LOOPBACK": "True",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def command(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """A command of ours, started."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def done(process: subprocess.Popen[str], seconds: float = 120) -> tuple[int, str]:
    """How a command ended, and what it said."""
    out, error = process.communicate(timeout=seconds)
    return process.returncode, out + error


def picture(number: int) -> bytes:
    """A JPEG of coloured blocks, like no other."""
    blocks = np.random.default_rng(number).integers(0, 256, (6, 6, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(blocks).resize((240, 240), Image.Resampling.NEAREST).save(buffer, "JPEG")
    return buffer.getvalue()


def fill(folder: Path) -> None:
    """Imports the pictures and builds the index."""
    (folder / "shop").mkdir(parents=True)
    for number in range(COUNT):
        (folder / "shop" / f"{number:02}.jpg").write_bytes(picture(number))
    for arguments in (["migrate", "-v0"], ["import_folder", str(folder / "shop")], ["build_index"]):
        code, said = done(command(*arguments), 600)
        assert code == 0, said


@contextmanager
def site() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The site's address, and gunicorn, its master."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    gunicorn = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        env=os.environ | {"BIND": address}, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 180
        while True:
            try:
                requests.get(f"http://{address}/healthz", timeout=5)
                break
            except (requests.ConnectionError, requests.Timeout):
                assert time.monotonic() < until, "the site does not start"
                time.sleep(0.1)
        yield f"http://{address}", gunicorn
    finally:
        gunicorn.terminate()
        gunicorn.wait(timeout=30)
