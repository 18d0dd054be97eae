"""A large file of known hash, fetched from its publisher when the user asks for it."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import requests

from catalog.visiting.failures import sentence
from recommender.embedders.weights.errors import WeightsMissing, WeightsRefused
from runs.files import replacing

# Seconds without an answer; bytes read at a time; bytes of one file.
PATIENCE, CHUNK, MAX_BYTES = 60, 1 << 20, 1_200_000_000
# Bytes as they lie there: packed ones would have another length and another hash.
HEADERS = {"Accept-Encoding": "identity"}


def download(
    url: str,
    md5: str,
    path: Path,
    show: Callable[[int, int], None],
    session: requests.Session | None = None,
    max_bytes: int = MAX_BYTES,
) -> None:
    """Fetches `url` into `path`: whole and of this MD5 (hexadecimal), or not at all.

    `show` is told how many bytes have come, and how many there are. No redirect is followed.
    Raises WeightsMissing where the file cannot be had, WeightsRefused where it is not the one that
    was published; OSError of the disk.
    """
    try:
        with (
            session or requests.Session() as visitor,
            visitor.get(
                url, headers=HEADERS, stream=True, timeout=PATIENCE, allow_redirects=False
            ) as answer,
        ):
            length = _length(answer, max_bytes, path)
            found = _write(answer, path, lambda done: show(done, max(length, done)), max_bytes)
    except requests.RequestException as error:
        why = sentence(error, url)
        raise WeightsMissing(f"{url} could not be fetched: {why}. Try again.") from error
    if found != md5:
        path.unlink()
        raise WeightsRefused(
            f"{url}: expected MD5 {md5}, found {found}: it was damaged on its way, or is another "
            "file. Try again."
        )


def _length(answer: requests.Response, max_bytes: int, path: Path) -> int:
    """How many bytes are to come, or 0 where that is not said. Raises as `download` does."""
    if answer.is_redirect:
        raise WeightsMissing(f"{answer.url} leads to {answer.headers['Location']}: not followed.")
    if answer.status_code != 200:
        status = f"{answer.status_code} {answer.reason}".strip()
        raise WeightsMissing(f"{answer.url} could not be fetched: it answers {status}. Try later.")
    length = answer.headers.get("Content-Length", "")
    total = int(length[:18]) if length.isdecimal() else 0  # more digits are too many bytes as well
    if total > max_bytes:
        raise _too_large(answer.url, max_bytes)
    if total > shutil.disk_usage(path.parent).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path.parent))
    return total


def _write(
    answer: requests.Response, path: Path, show: Callable[[int], None], max_bytes: int
) -> str:
    """Writes what comes; gives its MD5."""
    digest, done = hashlib.md5(usedforsecurity=False), 0
    with replacing(path) as file:
        for chunk in answer.iter_content(CHUNK):
            done += len(chunk)
            if done > max_bytes:
                raise _too_large(answer.url, max_bytes)
            digest.update(chunk)
            file.write(chunk)
            show(done)
    return digest.hexdigest()


def _too_large(url: str, max_bytes: int) -> WeightsRefused:
    return WeightsRefused(f"{url}: expected at most {max_bytes / 1e6:g} MB, found more.")
