import json

import joblib
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from catalog.registry import import_folder
from recommender.embedders import registry
from recommender.index.metrics import Metric
from recommender.live import current, paths
from tests.conftest import picture_bytes
from tests.fake_embedder import SPEC, FakeSource

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(live, tmp_path, capsys):
    """The six products' vectors as the tutorial's file, what made them beside it."""
    path = tmp_path / "out" / "tutorial.joblib"
    call_command("export_joblib", str(path))
    assert "6 products; what made them: tutorial.joblib.manifest.json" in capsys.readouterr().out
    return path


@pytest.fixture
def unmarked(exported):
    """The same, as anybody else would have written it."""
    (exported.parent / "tutorial.joblib.manifest.json").unlink()
    return exported


def forget_the_index():
    for path in paths.index_path("fake").parent.iterdir():
        path.unlink()


def test_exported_vectors_come_back_as_what_they_were(exported, folder, fake_source):
    before = current.live_index()
    forget_the_index()
    call_command("import_joblib", str(exported), images=folder)
    after = current.live_index()
    assert after.manifest.weights_sha256 == before.manifest.weights_sha256
    assert after.manifest.note == "imported from tutorial.joblib"
    assert np.array_equal(after.embeddings, before.embeddings)
    assert np.array_equal(after.content_hashes, before.content_hashes)
    for metric in Metric:
        assert np.array_equal(after.lists[metric].rows, before.lists[metric].rows)


def test_the_next_build_goes_on_from_exported_vectors(exported, folder, fake_source):
    forget_the_index()
    call_command("import_joblib", str(exported), images=folder)
    fake_source.loaded.clear()
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes("gold"))
    list(import_folder(folder))
    call_command("build_index")
    assert fake_source.embedded == 1
    assert len(current.live_index()) == 7


def test_a_picture_that_is_another_than_the_exported_one_is_embedded_anew(
    exported, folder, fake_source
):
    forget_the_index()
    (folder / "hats" / "3.jpg").write_bytes(picture_bytes("teal"))
    call_command("import_joblib", str(exported), images=folder)
    fake_source.loaded.clear()
    call_command("build_index")
    assert fake_source.embedded == 1


def test_a_file_of_unknown_origin_is_not_taken_for_any_networks(unmarked, folder):
    before = paths.index_path("fake").stat().st_ino
    with pytest.raises(CommandError, match=r"does not say which network.*--embedder NAME"):
        call_command("import_joblib", str(unmarked), images=folder)
    assert paths.index_path("fake").stat().st_ino == before


def test_a_file_whose_network_is_said_is_live_and_the_next_build_embeds_anew(
    unmarked, folder, fake_source
):
    call_command("import_joblib", str(unmarked), images=folder, embedder="fake")
    assert current.live_index().manifest.weights_sha256 == "unknown"
    fake_source.loaded.clear()
    call_command("build_index")
    assert fake_source.embedded == 6


def test_ids_without_a_picture_are_left_out_and_named(unmarked, folder):
    before = current.live_index()
    (folder / "hats" / "5.jpg").unlink()
    Product.objects.all().delete()
    with pytest.raises(CommandError, match=r"no picture: 5 \(1 in all\)"):
        call_command("import_joblib", str(unmarked), images=folder, embedder="fake")
    after = current.live_index()
    assert list(after.item_ids) == list("01234")
    assert (after.embeddings == before.embeddings[:5]).all()


def test_a_file_most_of_whose_pictures_are_missing_is_not_made_live(unmarked, folder):
    for name in ("hats/1", "hats/3", "hats/5", "shirts/2"):
        (folder / f"{name}.jpg").unlink()
    Product.objects.all().delete()
    with pytest.raises(CommandError, match=r"Only 2 of 6 pictures.*--force"):
        call_command("import_joblib", str(unmarked), images=folder, embedder="fake")
    assert len(current.live_index()) == 6
    with pytest.raises(CommandError, match="4 in all"):
        call_command("import_joblib", str(unmarked), images=folder, embedder="fake", force=True)
    assert len(current.live_index()) == 2


def test_collapsed_vectors_are_not_made_live(tmp_path, live, folder):
    ids = {str(number): number for number in range(6)}
    path = tmp_path / "flat.joblib"
    flat = np.full((6, SPEC.dimension), 0.5, np.float32)
    joblib.dump((ids, {row: item_id for item_id, row in ids.items()}, flat), path)
    with pytest.raises(CommandError, match="nearly the same vector"):
        call_command("import_joblib", str(path), images=folder, embedder="fake")


def test_a_manifest_that_says_otherwise_is_believed(exported, folder):
    with pytest.raises(CommandError, match="its manifest says fake, not vgg16"):
        call_command("import_joblib", str(exported), images=folder, embedder="vgg16")


def test_vectors_of_another_length_are_refused(unmarked, folder):
    with pytest.raises(CommandError, match="holds 48 numbers per picture; vgg16"):
        call_command("import_joblib", str(unmarked), images=folder, embedder="vgg16")


def test_vectors_made_in_another_way_are_refused(exported, folder, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(registry.EMBEDDERS, "fake", replace(SPEC, preprocessing="rgb-5"))
    with pytest.raises(CommandError, match=r"made in another way \(grid, rgb-4\)"):
        call_command("import_joblib", str(exported), images=folder)


DAMAGES = {
    "not JSON": b"rubbish",
    "a list": b"[]",
    "nested": b"[" * 100_000,
    "of another file": json.dumps({"file_sha256": "0" * 64}).encode(),
    "not text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_manifest_is_refused_by_name(exported, folder, name):
    (exported.parent / "tutorial.joblib.manifest.json").write_bytes(DAMAGES[name])
    with pytest.raises(CommandError, match=r"tutorial\.joblib\.manifest\.json cannot be used"):
        call_command("import_joblib", str(exported), images=folder)


@pytest.mark.parametrize("hashes", [["0" * 64] * 6, {"0": 7}, {"0": "x"}, None])
def test_a_manifest_with_other_hashes_than_hashes_is_refused(exported, folder, hashes):
    beside = exported.parent / "tutorial.joblib.manifest.json"
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"content_hashes": hashes}))
    with pytest.raises(CommandError, match=r"manifest\.json cannot be used"):
        call_command("import_joblib", str(exported), images=folder)


def test_a_missing_file_is_said(folder, tmp_path, db):
    with pytest.raises(CommandError, match=r"none\.joblib cannot be read: no such file"):
        call_command("import_joblib", str(tmp_path / "none.joblib"), images=folder, embedder="fake")


def test_rollback_says_what_is_live(live, fake_source, capsys):
    with pytest.raises(CommandError, match="no previous index"):
        call_command("rollback")
    call_command("build_index", full=True)
    call_command("rollback")
    assert "Live: 6 products, built at" in capsys.readouterr().out


def test_a_second_build_at_once_is_told_in_one_sentence(catalogue, fake_source):
    from recommender.live import publishing

    with (
        publishing.exclusive("fake"),
        pytest.raises(CommandError, match="Another process is changing the index of fake; wait"),
    ):
        call_command("build_index")


def test_ctrl_c_keeps_what_was_embedded_and_says_how_to_go_on(
    catalogue, fake_source, monkeypatch, capsys
):
    from recommender.building import build as building

    def interrupted(plan, progress=None, *, force=False):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(building, "finish", interrupted)
        with pytest.raises(SystemExit) as exit_:
            call_command("build_index")
    assert exit_.value.code == 130
    assert "Stopped; run it again to go on." in capsys.readouterr().err
    source = FakeSource()
    assert building.plan(source).to_read == []
