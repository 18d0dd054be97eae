"""Pictures already on disk, named `<ItemID>.jpg`."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.place import Place
from catalog.thumbnails import ENDINGS

# Kinds of files left out that are named.
MAX_KINDS = 12
# Folders that programs make for themselves, often with small copies of pictures.
_NOT_FOR_PICTURES = {
    "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found", "__macosx",
    "node_modules", "__pycache__", "site-packages", "venv",
}  # fmt: skip


@dataclass
class _Found:
    """What a folder holds: pictures, what was left out by kind, and what could not be entered."""

    pictures: list[Path] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    closed: list[OSError] = field(default_factory=list)

    def summary(self) -> str:
        """As in "2 × .heic, 1 × @eaDir/"; the rarest of many kinds are counted together."""
        kinds = sorted(self.left_out.items(), key=lambda kind: (-kind[1], kind[0]))
        parts = [f"{number} × {kind}" for kind, number in kinds[:MAX_KINDS]]
        rest = sum(number for _, number in kinds[MAX_KINDS:])
        return ", ".join([*parts, f"{rest} of other kinds"] if rest else parts)


def begins_at(place: Place) -> str:
    """The path asked for, if it is a folder."""
    return place.asked if place.path and place.path.is_dir() else ""


def read_folder(folder: Path, leave_out: tuple[Path, ...] = ()) -> Iterator[Record]:
    """Every picture below `folder`, sorted; its sub-folder's name is the category.

    What is left out (hidden files, kinds that are not read, links out of the folder, the folders
    `leave_out`) is counted by kind in a last record. Raises SourceError, also for no pictures.
    """
    found = look_through(folder, leave_out)
    if not found.pictures:
        beside = f" (left out: {found.summary()})" if found.left_out else ""
        raise SourceError(f"{folder} holds no picture that can be read{beside}.")
    for path in found.pictures:
        parent = path.parent.relative_to(folder)
        category = "" if parent == Path() else str(parent)
        yield ProductRecord(item_id=path.stem, category=category, image_path=path)
    yield from _told_apart(found)


def _told_apart(found: _Found) -> Iterator[Record]:
    for error in found.closed:
        yield Unreadable(str(error.filename), f"cannot be entered: {error.strerror}", hides=True)
    if found.left_out:
        yield Unreadable("left out", found.summary(), left_out=True)


def look_through(folder: Path, leave_out: tuple[Path, ...] = ()) -> _Found:
    if not folder.is_dir():
        is_file = "is a file, not a folder" if folder.exists() else "does not exist"
        raise SourceError(f"{folder} {is_file}.")
    found, root = _Found(), folder.resolve()
    kept_away = {path.resolve() for path in leave_out}
    for place, folders, files in os.walk(folder, onerror=found.closed.append):
        for name in list(folders):
            path = Path(place) / name
            if path.is_symlink() or _is_no_place(name) or path.resolve() in kept_away:
                folders.remove(name)
                found.left_out["links to folders" if path.is_symlink() else f"{name}/"] += 1
        for name in files:
            path = Path(place) / name
            if why_not := _why_not(path, root):
                found.left_out[why_not] += 1
            else:
                found.pictures.append(path)
    found.pictures.sort()
    return found


def _is_no_place(name: str) -> bool:
    return name.startswith((".", "@")) or name.lower() in _NOT_FOR_PICTURES  # @eaDir, @Recycle …


def _why_not(path: Path, root: Path) -> str:
    """The kind of file that it is, if it is none to take."""
    if path.name.startswith("."):
        return "hidden files" if path.name.startswith("._") else path.name
    if path.suffix.lower() not in ENDINGS:
        return path.suffix.lower() or "files without an ending"
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that comes round to itself
        return "links to nowhere"
    if not path.is_file():  # not a pipe either, which would be waited for
        return "links to nowhere" if path.is_symlink() else "pipes or devices"
    return "" if inside else "links out of the folder"
