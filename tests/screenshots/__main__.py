"""Takes a picture of every page at four widths, light and dark, with a contact sheet of them all:
`python -m tests.screenshots FOLDER [--photos DIR] [--of NAME …]`; `make screenshots` of the drawn
shop. With `--docs` it takes those that README and docs show, instead."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.screenshots import docs, shop, taking
from tests.screenshots.pages import PAGES, values_of


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where they are written")
    parser.add_argument("--photos", type=Path, help="of these photos, not of the drawn shop")
    names = [page.name for page in PAGES]
    parser.add_argument("--of", nargs="+", choices=names, metavar="NAME", default=names)
    parser.add_argument("--docs", action="store_true", help="those that README and docs show")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    pages = [page for page in PAGES if page.name in given.of]
    with tempfile.TemporaryDirectory(prefix="lookalike-screenshots-") as folder:
        place = Path(folder)
        made = shop.of_photos(place, given.photos.resolve()) if given.photos else shop.drawn(place)
        with made as site, taking.browser() as chromium:
            values = values_of(site, place)
            if given.docs:
                docs.take(chromium, site, values, given.folder)
                return
            for number, path in enumerate(taking.take(chromium, site, pages, values, given.folder)):
                sys.stderr.write(f"\r{number + 1} pictures; {path.name:<40}")
    sys.stderr.write("\n")
    sys.stdout.write(f"{taking.sheet(pages, given.folder)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
