"""Which runtime computes, and what is said of one that is not installed."""

import pytest

from recommender.embedders import runtimes
from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.efficientnet_lite import NETWORK
from recommender.embedders.runtimes import chosen_runtime


@pytest.fixture
def without(monkeypatch):
    """Stands for an environment that lacks some runtimes."""

    def without(*names):
        monkeypatch.setattr(runtimes, "is_installed", lambda name: name not in names)

    return without


@pytest.mark.parametrize(
    ("name", "version", "sentence"),
    [
        ("tensorflow", (3, 13), "Run: make tensorflow (or: pip install tensorflow)"),
        ("tensorflow", (3, 14), "TensorFlow needs a Python before 3.14."),
        ("ncnn", (3, 14), "Run: pip install ncnn"),
    ],
)
def test_a_runtime_that_is_not_installed_is_named_and_how_to_get_it(
    monkeypatch, without, name, version, sentence
):
    without(name)
    monkeypatch.setattr("sys.version_info", version)
    with pytest.raises(EmbedderError) as told:
        chosen_runtime(name, NETWORK.graph)
    assert str(told.value) == f"RUNTIME={name} is not installed. {sentence}"


def test_without_the_fastest_runtime_the_next_one_computes(without):
    without("openvino", "tensorflow")
    assert chosen_runtime("auto", NETWORK.graph) == "ncnn"
