"""Where the recommender's files lie, below VAR_DIR."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings


def index_path(embedder: str) -> Path:
    """The live index of an embedder."""
    return _index_path(settings.VAR_DIR, embedder)


@lru_cache(maxsize=100)  # every answer asks for it
def _index_path(folder: str | Path, embedder: str) -> Path:
    return Path(folder) / "index" / f"{embedder}.joblib"


def previous_path(embedder: str) -> Path:
    """The index that was live before, kept for `rollback`."""
    return index_path(embedder).with_name(f"{embedder}.previous.joblib")


def newcomers_path(embedder: str) -> Path:
    """Products that have come since the live index was built."""
    return index_path(embedder).with_suffix(".newcomers.npz")


def checkpoint_folder(name: str) -> Path:
    """Where an unfinished build keeps its embeddings."""
    return Path(settings.VAR_DIR) / "checkpoints" / name


def features_folder(embedder: str, name: str) -> Path:
    """Where what an embedder's network gave is kept, so that it can be projected in another way."""
    return Path(settings.VAR_DIR) / "features" / embedder / name


def lists_folder(embedder: str) -> Path:
    """Where an unfinished build keeps its neighbour lists."""
    return Path(settings.VAR_DIR) / "lists" / embedder


def map_path(embedder: str) -> Path:
    """The map of an embedder's index."""
    return Path(settings.VAR_DIR) / "map" / f"{embedder}.json"


def map_pictures(embedder: str) -> Path:
    """The folder of the pictures that the map is drawn with."""
    return map_path(embedder).with_suffix("")


def refresh_lock() -> Path:
    """Held while `refresh` runs."""
    return Path(settings.VAR_DIR) / "refresh.lock"


def worker_lock() -> Path:
    """Held while `work` runs."""
    return Path(settings.VAR_DIR) / "work.lock"


def compiled_folder() -> Path:
    """Where numba keeps what it has compiled."""
    return Path(settings.VAR_DIR) / "numba"


def why_folder() -> Path:
    """Where pictures of what makes products alike are kept."""
    return Path(settings.VAR_DIR) / "why"
