"""Making the map of a live index: only what is new is placed and drawn."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from catalog.models import Product
from catalog.pictures import read_thumbnail
from recommender.errors import SimilarityError
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.live.engine import engine
from recommender.live.paths import map_path, map_pictures
from recommender.mapping.grid import on_grid, place
from recommender.mapping.layout import lay_out
from recommender.mapping.product_map import MapFileError, ProductMap, read_map, write_map
from recommender.mapping.regions import regions_of
from recommender.mapping.sprites import Sprites, side_shown
from runs.files import Locked, clear_unfinished, locked

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

# Fewer products are better looked at in a list.
FEWEST = 12
# When so large a part has come or gone, all are laid out anew.
MAX_DRIFT = 0.2


class MapError(SimilarityError):
    """There can be no map now; the one that there was stays."""


class TooFew(MapError):
    """There are too few products for a map, or the settings ask for none."""


@dataclass(frozen=True)
class Chosen:
    """The products of an index that go on the map: their rows there, ids and picture hashes."""

    index: SimilarityIndex
    rows: np.ndarray
    item_ids: tuple[str, ...]
    content_hashes: tuple[str, ...]

    def neighbours(self) -> np.ndarray:
        """(n, k) the nearest of each among the chosen, as numbers in their order; -1 for none."""
        number = np.full(len(self.index) + 1, -1)  # the last is where a -1 leads
        number[self.rows] = np.arange(len(self.rows))
        return np.asarray(number[self.index.lists[Metric.COSINE].rows[self.rows]])


def make_map(
    embedder: str, *, full: bool = False, progress: Progress | None = None
) -> ProductMap | None:
    """Draws the map of the live index of `embedder`; None where nothing has changed.

    `full` lays all products out anew. `progress` is called with the pictures that are drawn and
    how many there are. Raises MapError, IndexUnavailable, OSError; then the map is as it was.
    """
    try:
        with locked(map_path(embedder).with_suffix(".lock")):
            return _make(embedder, full, progress)
    except Locked as error:
        raise MapError("Another process is drawing the map; wait until it has ended.") from error


def _make(embedder: str, full: bool, progress: Progress | None) -> ProductMap | None:
    chosen = _choose(engine().whole(embedder))
    if len(chosen.item_ids) < FEWEST:
        raise TooFew(f"A map needs {FEWEST} products, and MAP_MAX_PRODUCTS at least as many.")
    before = _before(embedder, chosen)
    if before and not full and _is_same(before, chosen):
        return None
    cells, drift = _cells_for(chosen, None if full else before)
    overview, tiles = _sprites(embedder, chosen, cells, progress).draw()
    manifest = chosen.index.manifest
    drawn = ProductMap(
        manifest, chosen.item_ids, chosen.content_hashes, cells, drift, overview, tiles,
        regions_of(cells),
    )  # fmt: skip
    write_map(drawn, map_path(embedder))
    _sweep(embedder, drawn.names | (before.names if before else set()))
    return drawn


def _choose(index: SimilarityIndex) -> Chosen:
    """All products of the index; of too many, those of the smallest hashes, which is evenly."""
    rows = np.argsort(index.content_hashes, kind="stable")[: settings.MAP_MAX_PRODUCTS]
    rows.sort()
    ids = tuple(str(item_id) for item_id in index.item_ids[rows])
    return Chosen(index, rows, ids, tuple(h.decode() for h in index.content_hashes[rows]))


def _before(embedder: str, chosen: Chosen) -> ProductMap | None:
    """The map that there is, if its vectors were made the same way."""
    try:
        before = read_map(map_path(embedder))
    except FileNotFoundError:
        return None
    except (OSError, MapFileError) as error:
        logger.warning("Drawing the map anew: %s", error)
        return None
    old, new = before.manifest, chosen.index.manifest
    same = (old.weights_sha256, old.layer, old.preprocessing, old.precision, old.projection) == (
        new.weights_sha256, new.layer, new.preprocessing, new.precision, new.projection,
    )  # fmt: skip
    return before if same else None


def _is_same(before: ProductMap, chosen: Chosen) -> bool:
    """Whether the map shows these products, and all that belongs to it is there."""
    shows = (before.item_ids, before.content_hashes) == (chosen.item_ids, chosen.content_hashes)
    folder = map_pictures(before.manifest.embedder)
    return (
        shows
        and before.regions is not None
        and all((folder / f"{name}.webp").is_file() for name in before.names)
    )


def _cells_for(chosen: Chosen, before: ProductMap | None) -> tuple[np.ndarray, int]:
    """A cell for each product, and the drift: newcomers go beside their neighbours, until they
    are many; then all are laid out, beginning from where they were."""
    cells, known = _kept_cells(chosen, before)
    if before is None or not known.any():
        return on_grid(lay_out(_vectors(chosen))), 0
    stayed = int(known.sum())
    drift = before.drift + len(known) - stayed + len(before) - stayed
    placed = place(cells, known, chosen.neighbours())
    if drift <= MAX_DRIFT * len(known):
        return placed, drift
    return on_grid(lay_out(_vectors(chosen), placed.astype(np.float64))), 0


def _kept_cells(chosen: Chosen, before: ProductMap | None) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) the cells of products that are as they were, and (n,) which those are."""
    cells = np.zeros((len(chosen.item_ids), 2), np.int64)
    known = np.zeros(len(cells), bool)
    old = {} if before is None else _cells_by_product(before)
    for number, product in enumerate(zip(chosen.item_ids, chosen.content_hashes, strict=True)):
        if product in old:
            cells[number], known[number] = old[product], True
    return cells, known


def _cells_by_product(before: ProductMap) -> dict[tuple[str, str], np.ndarray]:
    products = zip(before.item_ids, before.content_hashes, strict=True)
    return dict(zip(products, before.cells, strict=True))


def _vectors(chosen: Chosen) -> np.ndarray:
    return np.asarray(chosen.index.embeddings[chosen.rows])


def _sprites(
    embedder: str, chosen: Chosen, cells: np.ndarray, progress: Progress | None
) -> Sprites:
    """What draws them, from the shop's thumbnails."""
    folder = map_pictures(embedder)
    folder.mkdir(parents=True, exist_ok=True)
    clear_unfinished(folder)
    columns = ("item_id", "picture_width", "picture_height")
    sizes = {item_id: size for item_id, *size in Product.objects.values_list(*columns)}

    def thumbnail(item_id: str) -> tuple[bytes, int]:
        return read_thumbnail(item_id), side_shown(*sizes.get(item_id, (None, None)))

    products = zip(chosen.item_ids, chosen.content_hashes, strict=True)
    shown = dict(zip(map(tuple, cells.tolist()), products, strict=True))
    return Sprites(folder, shown, thumbnail, progress)


def _sweep(embedder: str, kept: set[str]) -> None:
    """Takes away pictures of older maps; those of the last one are kept for who looks at it."""
    for path in map_pictures(embedder).glob("*.webp"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
