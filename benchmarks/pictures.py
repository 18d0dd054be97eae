"""Pictures for the benchmarks that embed: drawn T-shirts, as the catalogue keeps them."""

import io

from PIL import Image, ImageChops

from catalog.thumbnails import make_picture
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs

SEED, DRAWN = 31, 32


def shirts(count: int) -> list[bytes]:
    """`count` JPEGs of 500×500, no two alike: 32 drawings, each shifted a little further."""
    drawings = [draw_shirt(spec) for spec in make_specs(SEED, min(count, DRAWN))]
    return [
        make_picture(_png(ImageChops.offset(drawings[number % DRAWN], number // DRAWN)))
        for number in range(count)
    ]


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
