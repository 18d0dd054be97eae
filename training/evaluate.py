"""`python -m training.evaluate`: how good vgg16-lite is, beside older ways and chance.

Pictures go the way that a product's does: thumbnail, decoding, the product's own runtime.
"""

import argparse
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

from catalog.demo_shop.drawing import draw_shirt
from catalog.demo_shop.specs import SEED, make_specs
from catalog.thumbnails import make_thumbnail
from recommender.embedders.loading import embedder_source
from recommender.embedders.preprocessing import decode
from training import figures
from training.baselines import hog_and_lab
from training.colours import FAMILIES, colour_shares
from training.pictures import listed_photos

Embed = Callable[[list[bytes]], np.ndarray]
BATCH = 32
# The demo's own seed and another; the network was trained on neither's shirts.
SHOP_SEEDS = (SEED, 4711)
SHOP_COUNT = 360
COPIES_SEED = 1


@dataclass(frozen=True)
class Shop:
    """Thumbnails of a demo shop's shirts, and what they are."""

    thumbnails: list[bytes]
    design: np.ndarray
    fabric: np.ndarray
    patterned: np.ndarray

    @classmethod
    def drawn(cls, seed: int, count: int = SHOP_COUNT) -> "Shop":
        specs = make_specs(seed, count)
        thumbnails = [make_thumbnail(_png(draw_shirt(spec))) for spec in tqdm(specs, "Shirts")]
        design = np.unique([spec.design for spec in specs], return_inverse=True)[1]
        fabric = np.unique([spec.colour for spec in specs], return_inverse=True)[1]
        patterned = np.flatnonzero([bool(spec.motif or spec.texture) for spec in specs])
        return cls(thumbnails, design, fabric, patterned)


@dataclass(frozen=True)
class Photos:
    """Thumbnails of photos; altered copies of the validation photos; what they show."""

    thumbnails: list[bytes]
    copies: list[bytes]
    category: np.ndarray
    validation: np.ndarray
    t_shirts: np.ndarray
    colour: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> "Photos":
        rows = list(listed_photos(folder))
        pictures = [path.read_bytes() for path, _, _ in rows]
        thumbnails = [make_thumbnail(data) for data in tqdm(pictures, "Thumbnails")]
        validation = np.flatnonzero([split == "validation" for _, _, split in rows])
        random = np.random.default_rng(COPIES_SEED)
        copies = [make_thumbnail(altered(pictures[row], random)) for row in validation]
        names = [category for _, category, _ in rows]
        shares = colour_shares(np.stack([decode(data, 112) for data in thumbnails]))
        return cls(
            thumbnails,
            copies,
            np.unique(names, return_inverse=True)[1],
            validation,
            np.flatnonzero(np.array(names) == "t-shirt"),
            shares.argmax(axis=1),
        )


def altered(data: bytes, random: np.random.Generator) -> bytes:
    """A copy: a cut of 80 % of each side, mirrored, light ±15 %, JPEG of quality 60."""
    with Image.open(io.BytesIO(data)) as picture:
        rgb = ImageOps.mirror(picture.convert("RGB"))
    width, height = (round(0.8 * length) for length in rgb.size)
    x = int(random.integers(0, rgb.width - width + 1))
    y = int(random.integers(0, rgb.height - height + 1))
    light = random.uniform(0.85, 1.15)
    cut = rgb.crop((x, y, x + width, y + height)).point(lambda value: value * light)
    buffer = io.BytesIO()
    cut.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def network(name: str, weights: Path | None, cache: Path) -> Embed:
    """Embeds with a network of the product; what was embedded before is read from `cache`."""
    source = embedder_source(name, weights)
    loaded: list = []

    def embed(thumbnails: list[bytes]) -> np.ndarray:
        digest = hashlib.sha256(source.weights_sha256.encode())
        for data in thumbnails:
            digest.update(hashlib.sha256(data).digest())
        path = cache / f"{name}-{digest.hexdigest()[:24]}.npy"
        if not path.exists():
            loaded[:] = loaded or [source.load()]
            cache.mkdir(parents=True, exist_ok=True)
            np.save(path, _embedded(loaded[0], thumbnails, name))
        return np.asarray(np.load(path))

    return embed


def _embedded(embedder, thumbnails: list[bytes], title: str) -> np.ndarray:  # type: ignore[no-untyped-def]
    parts = []
    for start in tqdm(range(0, len(thumbnails), BATCH), title, unit=" batches"):
        batch = thumbnails[start : start + BATCH]
        parts.append(embedder.embed([embedder.decode(data) for data in batch]))
    return np.concatenate(parts)


def hog_lab(thumbnails: list[bytes]) -> np.ndarray:
    return hog_and_lab(np.stack([decode(data, 112) for data in thumbnails]))


def on_shop(shop: Shop, embeddings: np.ndarray) -> tuple[float, float]:
    """Precision@5 by motif or texture; lift over chance of the fabric's colour within it."""
    by_design = figures.precision(embeddings, shop.design, shop.patterned)
    found, chance = figures.precision_within(embeddings, shop.design, shop.fabric, shop.patterned)
    return by_design, found / chance


def on_photos(photos: Photos, embeddings: np.ndarray, copies: np.ndarray) -> tuple[float, ...]:
    """Precision@5 by category; copies found again; lift of the colour among T-shirts."""
    by_category = figures.precision(embeddings, photos.category, photos.validation)
    again = figures.found_again(embeddings, copies, photos.validation)
    shirts, colours = embeddings[photos.t_shirts], photos.colour[photos.t_shirts]
    everyone = np.arange(len(shirts))
    found = figures.precision(shirts, colours, everyone)
    return by_category, again, found / figures.chance_of_same(colours, everyone)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("photos", type=Path, help="a folder of labelled photos")
    parser.add_argument("--weights", type=Path, help="default: vgg16-lite.safetensors in --work")
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="kept between runs")
    chosen = parser.parse_args()
    cache = chosen.work / "embeddings"
    weights = chosen.weights or chosen.work / "vgg16-lite.safetensors"
    photos = Photos.read(chosen.photos)
    shops = [Shop.drawn(seed) for seed in SHOP_SEEDS]
    ways: dict[str, Embed] = {
        "vgg16-lite": network("vgg16-lite", weights, cache),
        "HOG + Lab histogram": hog_lab,
        "vgg16-untrained": network("vgg16-untrained", None, cache),
    }
    results = {name: _all_figures(photos, shops, embed) for name, embed in ways.items()}
    results["chance"] = _chances(photos, shops)
    _print_table(results, len(photos.thumbnails))


def _all_figures(photos: Photos, shops: list[Shop], embed: Embed) -> list[float]:
    category, again, colour = on_photos(photos, embed(photos.thumbnails), embed(photos.copies))
    design, lift = np.mean([on_shop(shop, embed(shop.thumbnails)) for shop in shops], axis=0)
    return [category, design, lift, again, colour]


def _chances(photos: Photos, shops: list[Shop]) -> list[float]:
    category = figures.chance_of_same(photos.category, photos.validation)
    design = np.mean([figures.chance_of_same(shop.design, shop.patterned) for shop in shops])
    return [category, float(design), 1.0, 1 / len(photos.thumbnails), 1.0]


def _print_table(results: dict[str, list[float]], count: int) -> None:
    rows = (
        "photos: same category, precision@5",
        "drawn shops: same motif or texture, precision@5",
        "drawn shops: same fabric colour within these, × chance",
        f"photos: an altered copy finds its original among {count}",
        f"photos of T-shirts: same of {len(FAMILIES)} colours, × chance",
    )
    print("| figure (cosine) | " + " | ".join(results) + " |")
    print("|---|" + "---|" * len(results))
    for number, row in enumerate(rows):
        print(f"| {row} | " + " | ".join(f"{v[number]:.3g}" for v in results.values()) + " |")


if __name__ == "__main__":
    main()
