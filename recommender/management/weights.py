"""What `manage.py weights` does: list, fetch, add, verify and remove the networks' weights."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks import onnx_import, vgg16
from recommender.embedders.networks.onnx_trial import OnnxOptions, TextFiles
from recommender.embedders.networks.user_onnx import UserOnnxNetwork
from recommender.embedders.networks.vgg16_files import KERAS_FILE, KERAS_MD5, KERAS_URL
from recommender.embedders.registry import EMBEDDERS, NETWORKS, register_user_networks
from recommender.embedders.weights.source import Places
from recommender.live import selection
from recommender.management.downloading import download
from runs.files import locked
from runs.progress import progress_bar

MEGABYTES = 553


def listed() -> Iterator[str]:
    """A line an embedder: its name, whether its weights are at hand, what they are."""
    places = selection.weight_places()
    all_of_them = [(network, spec) for network in NETWORKS.values() for spec in network.specs()]
    for network, spec in all_of_them:
        here = "at hand" if network.available(spec, places) else "missing"
        about = "; ".join(part for part in (spec.description, spec.origin, spec.licence) if part)
        yield f"{spec.name:20} {here:8} {about}"


def fetch(tell: Callable[[str], object]) -> str:
    """Downloads VGG-16's ImageNet weights and keeps them. Raises EmbedderError, OSError."""
    places = selection.weight_places()
    kept = vgg16.WEIGHTS.path(places)
    if kept.is_file():
        return f"They are already stored: {kept}"
    folder = places.folder / "download"
    with locked(places.folder / "download.lock"):
        shutil.rmtree(folder, ignore_errors=True)  # what a broken download left
        folder.mkdir(parents=True)
        tell(f"Fetching {MEGABYTES} MB from {KERAS_URL}")
        try:
            _download(folder / KERAS_FILE)
            return add(folder / KERAS_FILE)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _download(file: Path) -> None:
    with progress_bar("Fetching", "megabyte") as show:
        megabytes = lambda done, total: show(done // 10**6, total // 10**6)  # noqa: E731
        download(KERAS_URL, KERAS_MD5, file, megabytes)


def add(file: Path) -> str:
    """Keeps a file of VGG-16's weights, of any layout. Raises EmbedderError, OSError."""
    _require_file(file)
    source, places = vgg16.WEIGHTS, selection.weight_places()
    record = source.import_file(file, vgg16.NETWORK.graph, places)
    return f"VGG-16's weights were added from {file} (layout: {record.layout})."


def bring(file: Path, wish: OnnxOptions, tower: TextFiles | None = None) -> str:
    """Makes an ONNX file an embedder, with its tower for texts. Raises EmbedderError, OSError."""
    _require_file(file)
    places = selection.weight_places()
    taken = {
        name for name in (*EMBEDDERS, *NETWORKS) if not isinstance(_network(name), UserOnnxNetwork)
    }
    found = onnx_import.bring(file, wish, places, taken, tower)
    register_user_networks(places.folder)
    words = f", and texts, from {found.text.output}" if found.text else ""
    return (
        f"{found.name}: {found.dimension} numbers per picture of {found.side}×{found.side}, "
        f"{found.layout}, from {found.output}{words}. "
        f"Run: manage.py build_index --embedder {found.name}"
    )


def verify(name: str = "") -> Iterator[str]:
    """Reads all kept weights again, or those of one network; a line each. Raises EmbedderError."""
    places = selection.weight_places()
    names = [name] if name else [known for known in NETWORKS if _path_of(known, places).exists()]
    for known in names:
        network = _require(known)
        if isinstance(network, UserOnnxNetwork):
            onnx_import.verify(network, places)
            yield f"{known}: sound, SHA-256 {network.sha256}"
        else:
            record = vgg16.WEIGHTS.verify(vgg16.NETWORK.graph, places)
            yield f"{known}: sound, from {record.source}, SHA-256 {record.sha256}"
    if not names:
        yield f"No weights are stored in {places.folder}; those of a package need no check."


def remove(name: str) -> str:
    """Takes kept weights away; their index stays. Raises EmbedderError, OSError."""
    places = selection.weight_places()
    network, path = _require(name), _path_of(name, places)
    if isinstance(network, UserOnnxNetwork):
        shutil.rmtree(path)
        del NETWORKS[name], EMBEDDERS[name]
    else:
        path.unlink()
    return f"Removed {path}"


def _require_file(file: Path) -> None:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "is not there"
        raise EmbedderError(f"{file} {what}; name a file of weights, or an ONNX file.")


def _require(name: str) -> object:
    """The network `name`, if its weights are among those that are kept."""
    places, network = selection.weight_places(), _network(name)
    kept = [known for known in NETWORKS if _path_of(known, places).exists()]
    if name not in kept:
        there = f"Stored: {', '.join(kept)}." if kept else "Nothing is stored yet."
        raise EmbedderError(f"No weights of {name} are stored in {places.folder}. {there}")
    return network


def _network(name: str) -> object:
    return NETWORKS.get(name)


def _path_of(name: str, places: Places) -> Path:
    brought_one = isinstance(_network(name), UserOnnxNetwork)
    return places.folder / name if brought_one else places.folder / f"{name}.safetensors"
