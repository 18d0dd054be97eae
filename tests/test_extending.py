"""The worked examples of docs/extend.md: each is taken from the page and put to use."""

import re
import types
from pathlib import Path

import pytest
from django.core.management import call_command

from recommender import store
from recommender.embedders import registry
from recommender.search.answering import answer
from recommender.search.errors import BadQuery

PAGE = Path(__file__).resolve().parents[1] / "docs" / "extend.md"


def example(name) -> types.ModuleType:
    """The code block that the page calls `name`, as a module."""
    [code] = re.findall(rf"```python {name}\n(.*?)```", PAGE.read_text(), re.S)
    module = types.ModuleType(name)
    exec(compile(code, f"{PAGE}: {name}", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("runtime", ["ncnn", "tensorflow"])
def test_a_network_is_a_module_and_a_line(catalogue, settings, monkeypatch, runtime):
    network = example("network").NETWORK
    monkeypatch.setitem(registry.NETWORKS, network.name, network)
    for spec in network.specs():
        monkeypatch.setitem(registry.EMBEDDERS, spec.name, spec)
    settings.EMBEDDER, settings.RUNTIME = "filters", runtime
    call_command("build_index")
    index = store.live_index()
    assert (index.manifest.embedder, index.manifest.dimension, len(index)) == ("filters", 16, 6)


def test_a_kind_of_question_is_a_module_that_makes_a_query(live):
    like_the_newest = example("query").like_the_newest
    found = answer(like_the_newest("hats", k=3))
    assert found.query.liked == ("1", "3", "5")
    assert {match.product.category for match in found.rankings[0].matches} == {"shirts"}
    with pytest.raises(BadQuery, match="There is no category “socks”"):
        like_the_newest("socks")
