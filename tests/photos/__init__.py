"""36 real photos of clothes, `<category>/<item id>.jpg`: see README.md."""

from pathlib import Path

PHOTOS = Path(__file__).parent
ALL = sorted(PHOTOS.glob("*/*.jpg"))
