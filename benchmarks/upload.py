"""A photo of 12 megapixels, from its bytes to five neighbours, beside decoding it alone."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.common import peak_megabytes, seconds, temporary_folder
from benchmarks.figures import figure

SIZE, REPEATS, PRODUCTS = (4000, 3000), 15, 11_556


def main() -> None:
    given = photo()
    with temporary_folder() as folder:
        fill(folder, given)
        from recommender.search.answering import answer
        from recommender.search.query import Query

        before = peak_megabytes()
        whole = 1e3 * seconds(lambda: answer(Query(picture=given)), REPEATS)
        grown = peak_megabytes() - before
        bare = 1e3 * seconds(lambda: Image.open(io.BytesIO(given)).load(), REPEATS)
    what = f"a photo of 12 megapixels ({len(given) / 2**20:.1f} MB) to five of {PRODUCTS:,}"
    figure(what, whole, "ms", {"decoding it whole": bare})
    figure(f"memory of {what}", grown, "MB")


def photo() -> bytes:
    """Blurred noise: like a photo, there is something everywhere."""
    noise = np.random.default_rng(0).integers(0, 256, (SIZE[1] // 4, SIZE[0] // 4, 3), np.uint8)
    picture = Image.fromarray(noise).resize(SIZE).filter(ImageFilter.GaussianBlur(2))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def fill(folder: Path, given: bytes) -> None:
    """A catalogue, and an index of vectors at all distances from the picture's own."""
    os.environ |= {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": f"sqlite:///{folder}/db", "EMBEDDER": "efficientnet-lite2",
        "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from catalog.models import Product
    from catalog.thumbnails import make_picture
    from recommender.index.similarity_index import Manifest, SimilarityIndex
    from recommender.live import selection
    from recommender.live.publishing import publish

    call_command("migrate", verbosity=0)
    now, chosen = timezone.now(), selection.embedder_to_build()
    ids = [f"{number:07}" for number in range(PRODUCTS)]
    Product.objects.bulk_create(
        Product(
            item_id=i,
            shop_item_id=i,
            shop="shop",
            title=f"Shirt {i}",
            price=int(i) % 90,
            currency="EUR",
            content_hash="f" * 64,
            first_seen=now,
            last_seen=now,
        )
        for i in ids
    )
    embedder = selection.loaded(chosen)
    own = embedder.embed([embedder.decode(make_picture(given))])[0]
    random = np.random.default_rng(1)
    away = random.random((PRODUCTS, 1), np.float32) * np.float32(own.std())
    vectors = own + away * random.standard_normal((PRODUCTS, len(own)), np.float32)
    manifest = Manifest.of(chosen.spec, chosen.weights_sha256)
    hashes = [f"{number:064x}" for number in range(PRODUCTS)]
    publish(SimilarityIndex.build(manifest, ids, hashes, vectors, k=5))


if __name__ == "__main__":
    main()
