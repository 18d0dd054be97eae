"""Which folders are part of a backup, and which files in them."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from catalog import pictures
from recommender.live.paths import index_path, map_path

# What the settings call the database of INDEX_DATABASE_URL (engines.postgres.places).
VECTORS = "index"
# Locks, what is being written, and what was downloaded in part.
LEFT_OUT = (".lock", ".part", ".link", ".new", ".replaced", ".returning")


def folders() -> dict[str, Path]:
    """The name of each folder in a backup, and where it lies.

    Pictures that another storage keeps than the disk are not among them.
    """
    found = {
        "index": index_path("any").parent,
        "map": map_path("any").parent,
        "weights": Path(settings.WEIGHTS_DIR),
    }
    if pictures_are_files():
        kept = pictures.storage()
        found |= {str(kind): Path(kept.path(kind)) for kind in pictures.KEPT}
    return found


def pictures_are_files() -> bool:
    """Whether pictures lie on this machine's disk."""
    return isinstance(pictures.storage(), pictures.PictureFiles)


def left_out() -> Iterator[str]:
    """What a backup does not hold, a sentence each."""
    if not pictures_are_files():
        yield (
            "Pictures are not part of it: they lie in another storage (PICTURES_STORAGE); back "
            "them up there."
        )
    if VECTORS in settings.DATABASES:
        yield (
            "The index is not part of it: it lies in the database of INDEX_DATABASE_URL. "
            "After a restore, run: manage.py build_index"
        )


def files_in(folder: Path) -> Iterator[str]:
    """The files below a folder that a backup takes, those of a folder before its sub-folders'.

    No link is followed.
    """
    try:
        there = sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    for path in there:
        is_ours = path.suffix not in LEFT_OUT and path.name != "download"
        if not is_ours or path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from (f"{path.name}/{name}" for name in files_in(path))
        elif path.is_file():
            yield path.name
