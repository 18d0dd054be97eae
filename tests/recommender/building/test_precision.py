"""What a build says of the precision that it computes in."""

import time
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command

from recommender.building import precision
from recommender.building.precision import MANY, says_of_precision
from recommender.embedders.contract import EmbedderError
from recommender.embedders.registry import embedder_spec
from recommender.live import selection
from tests.fake_embedder import SPEC, FakeSource

LITE = FakeSource(embedder_spec("efficientnet-lite2"))
PAUSES = {"float32": 0.004, "bfloat16": 0.002}


class Paced:
    """A network that takes so long for a picture."""

    def __init__(self, name, made_in):
        self.spec, self.pause = replace(embedder_spec(name), precision=made_in), PAUSES[made_in]

    def load(self):
        return self

    def embed(self, pictures):
        assert pictures[0].shape == (260, 260, 3)
        time.sleep(self.pause * len(pictures))
        return np.zeros((len(pictures), 1))


@pytest.fixture(autouse=True)
def a_processor_with_bfloat16(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    monkeypatch.setattr(
        selection, "embedder_to_build", lambda name="", precision="": Paced(name, precision)
    )


def test_a_large_build_is_told_what_bfloat16_would_gain():
    said = says_of_precision(LITE, MANY)
    gain = float(said.split(" times ")[0].split()[-1])
    assert 1.7 < gain < 2.3
    assert "PRECISION=bfloat16" in said
    assert said.endswith("manage.py evaluate --against bfloat16")


@pytest.mark.parametrize("asked_for", ["float32", "bfloat16"])
def test_who_has_chosen_is_not_advised(settings, asked_for):
    settings.PRECISION = asked_for
    chosen = replace(LITE, spec=replace(LITE.spec, precision=asked_for))
    assert says_of_precision(chosen, MANY) == ""


def test_of_a_small_build_nothing_is_measured():
    assert says_of_precision(LITE, MANY - 1) == ""


def test_no_gain_is_promised_where_there_is_none(settings, monkeypatch):
    monkeypatch.setitem(PAUSES, "bfloat16", 0.004)
    assert says_of_precision(LITE, MANY) == ""
    monkeypatch.setitem(PAUSES, "bfloat16", 0.002)
    settings.RUNTIME = "ncnn"
    assert says_of_precision(LITE, MANY) == ""
    settings.RUNTIME = "auto"
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    assert says_of_precision(LITE, MANY) == ""


def test_a_network_that_cannot_be_tried_is_not_spoken_of(monkeypatch):
    def refuse(name="", precision=""):
        raise EmbedderError("no such luck")

    monkeypatch.setattr(selection, "embedder_to_build", refuse)
    assert says_of_precision(LITE, MANY) == ""


def test_vgg16_and_others_are_told_that_they_stay_in_float32(settings):
    settings.PRECISION = "bfloat16"
    vgg16 = FakeSource(embedder_spec("vgg16"))
    assert says_of_precision(vgg16, 1) == (
        "PRECISION=bfloat16 is not for vgg16: it is always computed in float32."
    )
    settings.PRECISION = "auto"
    assert says_of_precision(vgg16, MANY) == ""


@pytest.mark.django_db
def test_build_index_says_what_it_computes_in(
    catalogue, fake_source, settings, capsys, monkeypatch
):
    settings.PRECISION = "bfloat16"
    fake_source.spec = replace(SPEC, precision="bfloat16")
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": fake_source)
    call_command("build_index", no_map=True)
    assert "a fake for tests, in bfloat16: 6 products" in capsys.readouterr().out
    fake_source.spec = SPEC
    call_command("build_index", no_map=True)
    said = capsys.readouterr().out
    assert "PRECISION=bfloat16 is not for fake: it is always computed in float32." in said
    assert "since the index that is there is in bfloat16, and this one will be in float32" in said
