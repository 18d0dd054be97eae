"""The worked examples of docs/extend.md: each is taken from the page and put to use."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import pytest
from django.core.management import call_command

from catalog import registry as ways_in
from catalog.models import Product
from recommender.embedders import registry
from recommender.live import current
from recommender.search.answering import answer
from recommender.search.errors import BadQuery
from tests.conftest import picture_bytes
from tests.shops import Shop

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "extend.md"


def block(name) -> str:
    """The code block that the page calls `name`."""
    [code] = re.findall(rf"```python {name}\n(.*?)```", PAGE.read_text(), re.S)
    return code


def example(name) -> types.ModuleType:
    """The code block that the page calls `name`, as a module."""
    module = types.ModuleType(name)
    exec(compile(block(name), f"{PAGE}: {name}", "exec"), module.__dict__)
    return module


@pytest.mark.django_db
def test_a_way_into_a_shop_is_a_module_and_a_line(settings, monkeypatch):
    settings.SCRAPE_ALLOW_LOOPBACK, settings.SCRAPE_PAUSE_SECONDS = True, 0
    stock = example("source")
    way = ways_in.SourceType(
        "stock", "a list of stock", stock.begins_at, ways_in._plain(stock.walk_stock)
    )
    monkeypatch.setattr(ways_in, "SOURCE_TYPES", (way, *ways_in.SOURCE_TYPES))
    listed = [{"id": 7, "name": "Striped tee", "price": "24.90 EUR", "photo": "/7.jpg"}]
    with Shop({"/stock.json": json.dumps(listed), "/7.jpg": picture_bytes("red")}) as shop:
        call_command("scrape", f"{shop.url}/stock.json")
    product = Product.objects.get()
    assert (product.item_id, product.title, product.currency) == ("7", "Striped tee", "EUR")
    assert str(product.price) == "24.90"


@pytest.mark.parametrize("runtime", ["ncnn", pytest.param("tensorflow", marks=pytest.mark.slow)])
def test_a_network_is_a_module_and_a_line(catalogue, settings, monkeypatch, runtime):
    network = example("network").NETWORK
    monkeypatch.setitem(registry.NETWORKS, network.name, network)
    for spec in network.specs():
        monkeypatch.setitem(registry.EMBEDDERS, spec.name, spec)
    settings.EMBEDDER, settings.RUNTIME = "filters", runtime
    call_command("build_index")
    index = current.live_index()
    assert (index.manifest.embedder, index.manifest.dimension, len(index)) == ("filters", 16, 6)


@pytest.mark.slow
def test_a_filter_is_one_entry(tmp_path):
    """In a copy of the project: the entry, `make tables`, and what tests/added_filter.py asks of it."""
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".env", ".*_cache", ".hypothesis", "var", "media", "build", "photos"
    )  # fmt: skip
    copy = shutil.copytree(ROOT, tmp_path / "copy", ignore=ignored)
    table = copy / "catalog" / "fields.py"
    entry = textwrap.indent(block("filter").rstrip(), "    ")
    text = table.read_text().replace(
        ")  # fmt: skip\n\n# What a list", f"{entry},\n)\n\n# What a list"
    )
    assert entry in text
    table.write_text(text.replace("from enum import", f"{block('filter-imports')}from enum import"))
    environment = os.environ | {"DATABASE_URL": "sqlite:///var/db", "VAR_DIR": "var"}
    for command in ("tests.tables", "pytest -q -p no:cacheprovider tests/added_filter.py"):
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=copy, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_kind_of_question_is_a_module_that_makes_a_query(live):
    like_the_newest = example("query").like_the_newest
    found = answer(like_the_newest("hats", k=3))
    assert found.query.liked == ("1", "3", "5")
    assert {match.product.category for match in found.rankings[0].matches} == {"shirts"}
    with pytest.raises(BadQuery, match="There is no category “socks”"):
        like_the_newest("socks")
