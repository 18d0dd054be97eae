"""Where the recommender's files lie, below VAR_DIR."""

from pathlib import Path

from django.conf import settings


def index_path(embedder: str) -> Path:
    """The live index of an embedder."""
    return Path(settings.VAR_DIR) / "index" / f"{embedder}.joblib"


def previous_path(embedder: str) -> Path:
    """The index that was live before, kept for `rollback`."""
    return index_path(embedder).with_name(f"{embedder}.previous.joblib")


def checkpoint_folder(name: str) -> Path:
    """Where an unfinished build keeps its embeddings."""
    return Path(settings.VAR_DIR) / "checkpoints" / name


def map_path(embedder: str) -> Path:
    """The map of an embedder's index."""
    return Path(settings.VAR_DIR) / "map" / f"{embedder}.json"


def map_pictures(embedder: str) -> Path:
    """The folder of the pictures that the map is drawn with."""
    return map_path(embedder).with_suffix("")


def refresh_lock() -> Path:
    """Held while `refresh` runs."""
    return Path(settings.VAR_DIR) / "refresh.lock"


def compiled_folder() -> Path:
    """Where numba keeps what it has compiled."""
    return Path(settings.VAR_DIR) / "numba"


def why_folder() -> Path:
    """Where pictures of what makes products alike are kept."""
    return Path(settings.VAR_DIR) / "why"
