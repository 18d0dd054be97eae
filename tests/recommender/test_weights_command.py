import hashlib
import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from recommender.embedders.networks import vgg16
from recommender.embedders.registry import EMBEDDERS, NETWORKS
from recommender.management import weights as weight_keeping
from tests.recommender.embedders.runtimes.test_onnx import clip_like
from tests.recommender.embedders.weights import layouts


@pytest.fixture
def narrow(monkeypatch):
    """VGG-16 is a small one here."""
    monkeypatch.setitem(NETWORKS, "vgg16", replace(vgg16.NETWORK, graph=layouts.NARROW))
    monkeypatch.setattr(vgg16, "NETWORK", NETWORKS["vgg16"])


@pytest.fixture(autouse=True)
def registries_as_they_were(monkeypatch):
    registries: list[dict[str, Any]] = [NETWORKS, EMBEDDERS]
    kept = [dict(registry) for registry in registries]
    yield
    for known, before in zip(registries, kept, strict=True):
        known.clear()
        known.update(before)


def weights(*arguments) -> str:
    out = io.StringIO()
    call_command("weights", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_list_says_which_are_at_hand_and_under_which_licence():
    lines = {line.split()[0]: line for line in weights("list").splitlines()}
    assert " missing " in lines["vgg16"]
    assert " at hand " in lines["efficientnet-lite2"]
    assert "Apache-2.0" in lines["efficientnet-lite2"]


def test_weights_are_added_verified_and_removed(narrow, tmp_path):
    layouts.theano(tmp_path / "tutorial.h5", layouts.seeded())
    assert "layout: Theano" in weights("add", tmp_path / "tutorial.h5")
    assert " at hand " in next(line for line in weights("list").splitlines() if "vgg16 " in line)
    assert "vgg16: sound, from" in weights("verify")
    weights("remove", "vgg16")
    assert weights("verify").startswith("No weights are stored in")


def test_an_onnx_network_is_added_and_removed(tmp_path):
    model = clip_like(tmp_path / "clip.onnx")
    told = weights("add", model, "--name", "mine", "--mean", "0.5", "0.5", "0.5", "--std", "0.5")
    assert "mine: 5 numbers per picture of 16×16" in told
    assert "build_index --embedder mine" in told
    assert "mine: sound" in weights("verify", "mine")
    with pytest.raises(CommandError, match="Stored: mine"):
        weights("remove", "vgg16")
    with pytest.raises(CommandError, match="not one of ours"):
        weights("add", model, "--name", "vgg16")
    with pytest.raises(CommandError, match="--name NAME"):
        weights("add", model)
    told_again = weights("add", model, "--name", "mine", "--mean", ".48,.45,.40")
    assert "mine: 5 numbers" in told_again
    weights("remove", "mine")
    assert "mine" not in weights("list")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "nowhere.h5"], r"nowhere\.h5 is not there"),
        (["add", "m.onnx"], r"m\.onnx is not there"),
        (["add", "m.onnx", "--name", "mine"], r"m\.onnx is not there"),
        (["add", "m.onnx", "--name", "mine", "--mean", "1", "2"], "--mean: expected three numbers"),
        (["add", "m.onnx", "--name", "mine", "--std", "0"], "--std: expected numbers above 0"),
        (["add", "/"], "/ is a folder; name a file of weights"),
        (["add", __file__], "found a file of another kind"),
        (["verify", "nobody"], "No weights of nobody are stored in"),
        (["verify", "vgg16"], "No weights of vgg16 are stored in .* Nothing is stored yet"),
        (["remove", "vgg16"], "No weights of vgg16 are stored in .* Nothing is stored yet"),
        (["remove", "efficientnet-lite2"], "No weights of efficientnet-lite2 are stored in"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments, message):
    with pytest.raises(CommandError, match=message):
        weights(*arguments)


def test_weights_are_fetched_checked_and_nothing_is_left_of_a_broken_download(
    narrow, tmp_path, settings, httpserver, monkeypatch
):
    had_tensorflow = "tensorflow" in sys.modules
    layouts.keras1(tmp_path / "published.h5", layouts.seeded())
    data = (tmp_path / "published.h5").read_bytes()
    httpserver.expect_request("/vgg16.h5").respond_with_data(data)
    monkeypatch.setattr(weight_keeping, "KERAS_URL", httpserver.url_for("/vgg16.h5"))
    monkeypatch.setattr(weight_keeping, "KERAS_MD5", "0" * 32)
    left = Path(settings.WEIGHTS_DIR) / "download" / "half.h5"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    with pytest.raises(CommandError, match="expected MD5 0000"):
        weights("fetch")
    assert not left.parent.exists()
    monkeypatch.setattr(
        weight_keeping, "KERAS_MD5", hashlib.md5(data, usedforsecurity=False).hexdigest()
    )
    assert "VGG-16's weights were added" in weights("fetch")
    assert "tensorflow" not in sys.modules or had_tensorflow
    assert not left.parent.exists()
    assert weights("verify").startswith("vgg16: sound")
    assert "already stored" in weights("fetch")


def test_a_file_of_the_right_hash_and_the_wrong_arrays_is_refused(
    narrow, settings, httpserver, monkeypatch
):
    httpserver.expect_request("/vgg16.h5").respond_with_data(b"no weights")
    monkeypatch.setattr(weight_keeping, "KERAS_URL", httpserver.url_for("/vgg16.h5"))
    monkeypatch.setattr(
        weight_keeping, "KERAS_MD5", hashlib.md5(b"no weights", usedforsecurity=False).hexdigest()
    )
    with pytest.raises(CommandError, match="found a file of another kind"):
        weights("fetch")
    assert not (Path(settings.WEIGHTS_DIR) / "download").exists()
