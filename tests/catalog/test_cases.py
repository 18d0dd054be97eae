"""Each case of tests/cases is imported or scraped as a user does it, and its rows are compared."""

import json
import shutil
import unicodedata
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog.models import Product
from tests.cases import CASES
from tests.shops import Shop

pytestmark = pytest.mark.django_db
NAMES = sorted(path.parent.name for path in CASES.glob("*/expect.json"))


@pytest.fixture
def run(tmp_path, settings, capsys):
    """Runs a case's command: the rows it left, all that it said, and the shop's address."""
    settings.SCRAPE_PAUSE_SECONDS, settings.SCRAPE_ALLOW_LOOPBACK = 0, True

    def run(name: str, truth: dict[str, Any]) -> tuple[list[Product], str, str]:
        case = shutil.copytree(CASES / name, tmp_path / "case")
        if truth.get("decompose"):
            decompose_names(case / "pics")
        routes = case / "routes.json"
        with shop_of(case) if routes.exists() else nullcontext(Shop()) as shop:
            url = shop.url if routes.exists() else ""
            error = run_command(*command_for(case, url))
        out, err = capsys.readouterr()
        return list(Product.objects.order_by("item_id")), out + err + error, url

    return run


def decompose_names(folder: Path) -> None:
    """As a Mac stores them: "ü" is u and a mark. Git on a Mac would change such names."""
    for path in list(folder.iterdir()):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))


def command_for(case: Path, url: str) -> list[str]:
    if url:
        return ["scrape", url + next(iter(json.loads((case / "routes.json").read_text())))]
    if archives := list(case.glob("*.zip")):
        return ["scrape", str(archives[0])]
    table = case / "items.csv"
    return ["import_folder", str(case / "pics"), *(["--csv", str(table)] * table.exists())]


def run_command(*arguments: str) -> str:
    try:
        call_command(*arguments)
    except CommandError as error:
        return str(error)
    return ""


def shop_of(case: Path) -> Shop:
    """A shop that answers as routes.json says: path -> file, content type, "drop-once"."""
    shop = Shop()
    for path, (file, kind, *more) in json.loads((case / "routes.json").read_text()).items():
        body, pending = (case / file).read_bytes(), list(more)

        def answer(headers, body=body, kind=kind, pending=pending):
            if pending.pop() if pending else None:
                raise ConnectionResetError
            here = body.replace(b"{{host}}", headers["Host"].encode())
            return 200, {"Content-Type": kind}, here

        shop.answers[path] = answer
    return shop


@pytest.mark.parametrize("name", NAMES)
def test_a_case_gives_its_rows_and_no_others(name, run):
    truth = json.loads((CASES / name / "expect.json").read_text())
    rows, said, shop = run(name, truth)
    found = {row.item_id: row for row in rows}
    assert set(found) - set(truth.get("may", [])) == {row["item_id"] for row in truth["rows"]}, said
    for wanted in truth["rows"]:
        row = found[wanted["item_id"]]
        values = {field: str(getattr(row, field)) for field in wanted}
        assert values == {field: text.replace("{shop}", shop) for field, text in wanted.items()}
        assert row.content_hash  # it has its picture
        assert row.gone_since is None
    assert truth.get("says", "") in said


def test_unusual_but_sound_pictures_show_what_a_browser_shows(run, settings):
    run("unusual-but-sound-pictures", {})
    colours = {"3102": (35, 70, 160), "3107": (80, 80, 80)}
    for path in sorted((settings.MEDIA_ROOT / "pictures").iterdir()):
        with Image.open(path) as picture:
            shown = picture.convert("RGB")
        width, height = shown.size
        middle, corner = (
            tuple(np.asarray(shown)[y, x].tolist())
            for x, y in ((width // 2, int(height * 0.8)), (3, 3))
        )
        assert width < height, path
        assert middle == pytest.approx(colours.get(path.stem, (190, 30, 45)), abs=30), path
        assert min(corner) > 235, path
