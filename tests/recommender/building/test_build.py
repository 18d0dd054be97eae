import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog import pictures
from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.embedders import registry
from recommender.index.file import load_index, verify_index
from recommender.index.metrics import Metric
from recommender.live import current, paths, publishing, selection
from runs.files import sha256_of_file
from runs.outcomes import Outcome, Status
from tests.conftest import picture_bytes
from tests.fake_embedder import SPEC, SPEC_WITH_PARTS, FakeSource

pytestmark = pytest.mark.django_db


def build(source, **options):
    plan = building.plan(source, **options)
    outcomes = list(building.embed(plan))
    return outcomes, building.finish(plan)


def test_a_build_indexes_every_product(catalogue):
    outcomes, manifest = build(FakeSource())
    assert {o.status for o in outcomes} == {Status.NEW}
    assert (manifest.count, manifest.embedder, manifest.dimension) == (6, "fake", 48)
    assert list(current.live_index().item_ids) == list("012345")


def test_a_second_build_loads_no_network_and_changes_nothing(catalogue):
    build(FakeSource())
    before = paths.index_path("fake").stat()
    source = FakeSource()
    assert build(source) == ([], None)
    assert source.loaded == []
    after = paths.index_path("fake").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_only_new_and_changed_pictures_are_embedded_and_gone_ones_leave(catalogue, folder):
    build(FakeSource())
    (folder / "shirts" / "0.jpg").write_bytes(picture_bytes("teal"))
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes("gold"))
    (folder / "hats" / "5.jpg").unlink()
    list(import_folder(folder))
    source = FakeSource()
    outcomes, _ = build(source)
    assert {(o.key, o.status) for o in outcomes} == {("0", Status.CHANGED), ("new", Status.NEW)}
    assert source.embedded == 2
    assert list(current.live_index().item_ids) == ["0", "1", "2", "3", "4", "new"]


def test_an_incremental_index_is_that_of_a_full_build(catalogue, folder):
    build(FakeSource())
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes("gold"))
    list(import_folder(folder))
    build(FakeSource())
    merged = current.live_index()
    build(FakeSource(), full=True)
    full = current.live_index()
    assert full is not merged
    for metric in Metric:
        assert np.array_equal(merged.lists[metric].rows, full.lists[metric].rows)
        assert np.array_equal(merged.lists[metric].distances, full.lists[metric].distances)


def test_the_same_picture_is_embedded_once(folder, db):
    for name in ("a", "b", "c"):
        (folder / f"{name}.jpg").write_bytes(picture_bytes("teal"))
    list(import_folder(folder))
    source = FakeSource()
    build(source)
    assert source.embedded == 7
    index = current.live_index()
    assert index.neighbours("a", Metric.EUCLIDEAN, 2) == [("b", 0), ("c", 0)]


def test_a_limit_leaves_the_rest_for_the_next_run(catalogue):
    _, manifest = build(FakeSource(), limit=4)
    assert manifest.count == 4
    source = FakeSource()
    _, manifest = build(source)
    assert (manifest.count, source.embedded) == (6, 2)


def test_a_picture_that_cannot_be_decoded_is_named_and_the_others_are_indexed(catalogue):
    pictures.write(pictures.Kind.PICTURE, "2", b"rubbish")
    pictures.remove("3")
    outcomes, manifest = build(FakeSource())
    failed = {o.key: o.detail for o in outcomes if o.status == Status.FAILED}
    assert "cannot be decoded" in failed["2"]
    assert "cannot be read" in failed["3"]
    assert manifest.count == 4


def test_a_picture_changed_since_it_was_noted_is_caught_by_its_hash(catalogue, settings):
    """The catalogue is not the build's to change: it reads the picture again, and knows it."""
    picture = Path(settings.MEDIA_ROOT) / "pictures" / "2.jpg"
    picture.write_bytes(picture_bytes("gold", size=(250, 250)))
    before = list(Product.objects.values())
    build(FakeSource())
    index = current.live_index()
    assert index.content_hashes[index.row_of("2")].decode() == sha256_of_file(picture)
    source = FakeSource()
    assert build(source) == ([Outcome("2", Status.SAME)], None)
    assert source.loaded == []
    assert list(Product.objects.values()) == before


def test_other_weights_mean_a_new_index_not_a_mixture(catalogue):
    build(FakeSource())
    source = FakeSource(weights_sha256="1" * 64)
    build(source)
    assert source.embedded == 6
    assert current.live_index().manifest.weights_sha256 == "1" * 64


IN_BFLOAT16 = replace(SPEC, precision="bfloat16")


def test_another_precision_means_a_new_index_not_a_mixture(catalogue):
    build(FakeSource())
    source = FakeSource(IN_BFLOAT16)
    plan = building.plan(source)
    assert "the index that is there is in float32, and this one will be in bfloat16" in (
        plan.summary()
    )
    build(source)
    assert source.embedded == 6
    assert current.live_index().manifest.precision == "bfloat16"
    back = FakeSource()
    build(back)
    assert back.embedded == 6
    assert current.live_index().manifest.precision == "float32"


def test_a_build_in_the_same_precision_goes_on_from_the_index(catalogue, folder):
    build(FakeSource(IN_BFLOAT16))
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes("gold"))
    list(import_folder(folder))
    source = FakeSource(IN_BFLOAT16)
    build(source)
    assert source.embedded == 1
    assert current.live_index().manifest.precision == "bfloat16"


@pytest.mark.parametrize("spec", [SPEC, SPEC_WITH_PARTS], ids=["checkpoint", "kept features"])
def test_what_a_killed_build_embedded_is_not_taken_up_in_another_precision(
    catalogue, monkeypatch, spec
):
    monkeypatch.setitem(registry.EMBEDDERS, "fake", spec)
    list(building.embed(building.plan(FakeSource(spec))))  # and then it was killed
    other = FakeSource(replace(spec, precision="bfloat16"))
    build(other)
    assert other.embedded == 6


def test_rolling_back_brings_the_precision_back(catalogue):
    build(FakeSource())
    build(FakeSource(IN_BFLOAT16))
    assert publishing.rollback("fake").precision == "float32"
    assert current.live_index().manifest.precision == "float32"


def test_an_index_is_rolled_back_and_forth(catalogue, folder):
    build(FakeSource())
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes("gold"))
    list(import_folder(folder))
    build(FakeSource())
    assert publishing.rollback("fake").count == 6
    assert len(current.live_index()) == 6
    assert publishing.rollback("fake").count == 7


def test_there_is_nothing_to_roll_back_to_at_first(catalogue):
    build(FakeSource())
    with pytest.raises(publishing.PublishError, match="no previous index"):
        publishing.rollback("fake")


def test_a_damaged_previous_index_is_not_made_live(catalogue, folder):
    build(FakeSource())
    build(FakeSource(weights_sha256="1" * 64))
    previous = paths.previous_path("fake")
    picture = load_index(previous).content_hashes[3]
    previous.write_bytes(previous.read_bytes().replace(picture, b"0" * 64))
    with pytest.raises(publishing.PublishError, match="SHA-256 differs"):
        publishing.rollback("fake")
    assert current.live_index().manifest.weights_sha256 == "1" * 64


def test_a_swapped_index_is_taken_up_at_once_and_the_old_one_stays_usable(catalogue):
    build(FakeSource(), limit=3)
    old = current.live_index()
    assert current.live_index() is old
    build(FakeSource())
    assert len(current.live_index()) == 6
    assert len(old.neighbours("0", Metric.COSINE)) == 2


def test_a_broken_file_leaves_the_index_that_was_live_in_service(catalogue, caplog):
    build(FakeSource())
    good = current.live_index()
    broken = paths.index_path("fake").with_name("broken")
    broken.write_bytes(b"rubbish")
    broken.replace(paths.index_path("fake"))
    assert current.live_index() is good
    assert current.live_index() is good
    assert len(caplog.records) == 1


def test_a_broken_file_at_the_start_is_refused_with_the_command(catalogue):
    path = paths.index_path("fake")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"rubbish")
    with pytest.raises(
        current.IndexUnavailable, match=r"Run: manage\.py build_index --embedder fake"
    ):
        current.live_index()


def test_an_index_of_another_embedder_is_refused_with_the_command(catalogue, settings):
    build(FakeSource())
    paths.index_path("fake").rename(paths.index_path("vgg16"))
    settings.EMBEDDER = "vgg16"
    with pytest.raises(current.IndexUnavailable, match=r"build_index --embedder vgg16"):
        current.live_index()


def test_auto_serves_the_best_embedder_that_has_an_index(settings):
    settings.EMBEDDER = "auto"
    assert selection.name_served() == "efficientnet-lite2"
    for name in ("vgg16-untrained", "vgg16"):
        path = paths.index_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        assert selection.name_served() == name


def test_two_builds_of_one_embedder_exclude_each_other():
    with (
        publishing.exclusive("fake"),
        pytest.raises(publishing.PublishError, match="Another process"),
    ):
        with publishing.exclusive("fake"):
            pass


def test_a_failed_write_leaves_the_live_index(catalogue, monkeypatch):
    build(FakeSource(), limit=3)

    def full_disk(index, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "write_index", full_disk)
    with pytest.raises(publishing.PublishError, match=r"(?i)no space left"):
        build(FakeSource())
    assert len(current.live_index()) == 3
    assert not list(paths.index_path("fake").parent.glob("*.new"))


def test_the_build_command_says_what_it_did(catalogue, fake_source, capsys):
    call_command("build_index")
    assert "6 products, 6 pictures to embed." in (out := capsys.readouterr().out)
    assert "Live: 6 products." in out
    call_command("build_index")
    assert "Nothing has changed." in capsys.readouterr().out
    call_command("build_index", full=True, verbosity=2)
    assert "new      3" in capsys.readouterr().out


def test_the_build_command_fails_after_the_good_work(catalogue, fake_source, settings):
    (Path(settings.MEDIA_ROOT) / "pictures" / "2.jpg").write_bytes(b"rubbish")
    with pytest.raises(CommandError, match="1 picture could not be embedded"):
        call_command("build_index")
    assert len(current.live_index()) == 5


def test_an_empty_catalogue_names_the_next_command(db, fake_source):
    with pytest.raises(CommandError, match=r"The catalogue is empty\. Run: manage\.py scrape URL"):
        call_command("build_index")


def test_auto_builds_with_the_best_embedder_whose_weights_are_there(settings, tmp_path):
    settings.EMBEDDER = "auto"
    assert selection.name_to_build() == "efficientnet-lite2"
    settings.VGG16_WEIGHTS = tmp_path / "vgg16.h5"
    assert selection.name_to_build() == "vgg16"


def test_missing_weights_are_a_clear_error(catalogue, settings):
    settings.EMBEDDER = "vgg16"
    with pytest.raises(CommandError, match=r"weights fetch(.|\n)*VGG16_WEIGHTS"):
        call_command("build_index")


# Killed ------------------------------------------------------------------------------------------

RUN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.conf import settings
from tests import fake_embedder
fake_embedder.register()
from recommender.building import build as building, enriching, pipeline
from recommender.live import current, paths, publishing, selection
settings.EMBEDDER = "fake"
pipeline.SHARD, pipeline.BATCH = 4, 2
enriching.FEWEST = 1000  # copies for the thresholds would be counted, too
source = fake_embedder.FakeSource(pause=0.004)
with publishing.exclusive("fake"):
    plan = building.plan(source)
    for outcome in building.embed(plan):
        pass
    building.finish(plan)
print(source.embedded)
"""


@pytest.fixture
def build_process(tmp_path, settings):
    """Starts a real build, of a real database, in a process of its own."""
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.sqlite3",
    }
    root = Path(__file__).resolve().parents[3]
    manage = [sys.executable, "manage.py"]
    run: dict[str, Any] = {
        "env": environment,
        "cwd": root,
        "capture_output": True,
        "text": True,
        "check": True,
    }
    subprocess.run([*manage, "migrate", "-v0"], **run)
    pictures = tmp_path / "many"
    pictures.mkdir()
    for number in range(120):
        colour = (number, 255 - 2 * number, 7 * number % 256)
        (pictures / f"{number:03}.jpg").write_bytes(picture_bytes(colour))
    subprocess.run([*manage, "import_folder", str(pictures)], **run)

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", RUN],
            env=environment,
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.slow
def test_a_build_killed_at_ten_random_moments_goes_on_and_ends_the_same(build_process, tmp_path):
    path = tmp_path / "var" / "index" / "fake.joblib"
    shards = tmp_path / "var" / "checkpoints"
    random.seed(11)
    began = time.monotonic()
    start = build_process()
    start.wait()
    whole = time.monotonic() - began
    embedded = int(start.stdout.read())
    assert embedded == 120
    expected = load_index(path)
    kept = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    for _ in range(10):
        path.unlink(missing_ok=True)
        process = build_process()
        time.sleep(random.uniform(0.3, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if path.exists():
            verify_index(path)
        saved = sum(len(list(folder.glob("*.npz"))) for folder in shards.glob("*"))
        process = build_process()
        assert process.wait() == 0
        output = process.stdout.read()
        if saved:
            assert int(output) <= 120 - 4 * (saved - 1)
        found = load_index(path)
        assert np.array_equal(found.embeddings, expected.embeddings)
        for metric in Metric:
            assert np.array_equal(found.lists[metric].rows, expected.lists[metric].rows)
        assert not list(shards.glob("*/*.npz"))
    assert "fake.joblib" in kept
