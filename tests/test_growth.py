"""What an answer costs does not grow with the catalogue: work is counted, and not timed.

Live exact scans, words and other filters, deep pages and orders other than by item_id look at more
in a larger catalogue by their nature; they are not asked for here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def costs(count: int, folder: Path) -> dict[str, dict[str, int]]:
    """What tests/growth.py counts over so many products: address -> kind of work -> how much."""
    own = {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": f"sqlite:///{folder}/{count}.sqlite3", "EMBEDDER": "fake",
        "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.growth", str(count)],
        cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_no_answer_costs_more_of_a_million_products_than_of_ten_thousand(tmp_path):
    few, many = costs(10_000, tmp_path), costs(1_000_000, tmp_path)
    assert few.keys() == many.keys()
    for name, less in few.items():
        more = many[name]
        assert more["status"] == less["status"], name
        assert more["queries"] <= less["queries"] <= 7, name
        assert more.get("steps", 0) <= 1.2 * less.get("steps", 0) + 50, name
        # Ids are found by halving: twenty looks instead of fourteen.
        assert more.get("elements", 0) <= 1.5 * less.get("elements", 0) + 50, name
    assert {one["status"] for name, one in few.items() if "JSON" in name or "page" in name} == {200}
