"""`manage.py evaluate --against bfloat16`, on 36 real photos and a fake network."""

from dataclasses import replace

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog import pictures
from catalog.models import Product
from recommender.embedders import runtimes
from recommender.embedders.networks import efficientnet_lite
from recommender.live import current, paths, selection
from tests.fake_embedder import SPEC, FakeEmbedder, FakeSource

pytestmark = pytest.mark.django_db


class Coarse(FakeEmbedder):
    """Rounds as bfloat16 does, and much more."""

    def embed(self, pictures):
        return np.round(super().embed(pictures) / 64) * 64


class CoarseSource(FakeSource):
    def load(self):
        embedder = Coarse(self.spec)
        self.loaded.append(embedder)
        return embedder


@pytest.fixture
def both(photos, fake_source, monkeypatch):
    """The fake network in both precisions."""
    coarse = CoarseSource(replace(SPEC, precision="bfloat16"))
    sources = {"": fake_source, "float32": fake_source, "bfloat16": coarse}
    monkeypatch.setattr(
        selection, "embedder_to_build", lambda name="", precision="": sources[precision]
    )
    return sources


def evaluate(capsys, **options):
    call_command("evaluate", **options)
    return capsys.readouterr().out


def test_it_says_what_the_other_precision_would_change(both, capsys):
    said = evaluate(capsys, against="bfloat16")
    assert "Compared with fake in bfloat16, 36 pictures embedded for this." in said
    row = next(line for line in said.splitlines() if "(P@5)" in line)
    assert row.count("%") == 2  # and the difference, in points
    share = next(line for line in said.splitlines() if line.startswith("The nearest one is the"))
    assert 0 < float(share.split()[-1].rstrip("%.")) < 100


def test_a_precision_that_changes_nothing_is_told_so(both, capsys):
    both["bfloat16"] = FakeSource(replace(SPEC, precision="bfloat16"))
    said = evaluate(capsys, against="bfloat16", sample=20)
    assert "20 pictures embedded for this" in said
    assert "The nearest one is the same in both for 100.0%." in said
    assert "Compared among the 20 products with the same picture in both." in said


def test_the_live_index_stays_as_it_is(both, capsys):
    before = paths.index_path("fake").read_bytes()
    evaluate(capsys, against="bfloat16", sample=15)
    assert paths.index_path("fake").read_bytes() == before


def test_pictures_that_have_gone_or_changed_are_left_out(both, capsys):
    gone, changed = list(Product.objects.values_list("item_id", flat=True))[:2]
    pictures.remove(gone)
    kept = pictures.read_picture(changed)
    pictures.write(pictures.Kind.PICTURE, changed, kept + b"!")
    said = evaluate(capsys, against="bfloat16")
    assert "34 pictures embedded for this" in said


def test_the_precision_that_it_is_in_is_nothing_to_compare_with(both):
    with pytest.raises(CommandError, match="is in float32 already; compare it with the other"):
        call_command("evaluate", against="float32")


def test_without_bfloat16_the_command_says_so(photos, monkeypatch):
    monkeypatch.setattr(runtimes, "has_bfloat16", lambda: False)

    def refuse(name="", precision=""):
        if precision == "bfloat16":
            runtimes.chosen_runtime("auto", efficientnet_lite.graph(), precision)
        return FakeSource()

    monkeypatch.setattr(selection, "embedder_to_build", refuse)
    with pytest.raises(CommandError, match="does not compute in bfloat16"):
        call_command("evaluate", against="bfloat16")


def test_an_index_in_bfloat16_is_evaluated_in_bfloat16(both, monkeypatch, capsys):
    live, before = current.live_index(), both["float32"].embedded
    made_in = replace(live.manifest, precision="bfloat16")
    monkeypatch.setattr(current, "live_index", lambda name="": replace(live, manifest=made_in))
    assert "15 of them altered" in evaluate(capsys, sample=15)
    assert both["bfloat16"].embedded == 15 * 12
    assert both["float32"].embedded == before
