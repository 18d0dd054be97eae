"""Builds with an embedder in parts. The real numbers of pictures are 200 and 500; here 8 and 12."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog import pictures
from catalog.pictures import read_picture
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building import embedded_copies, enriching, fitting, planning, projecting
from recommender.embedders import registry
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from recommender.evaluation.copies import embed_copies
from recommender.evaluation.sides import Side
from recommender.index.file import verify_index
from recommender.index.metrics import Metric
from recommender.index.projection import Projection, units
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import current, paths, publishing, selection
from recommender.search.answering import answer
from recommender.search.query import Query
from tests.conftest import picture_bytes
from tests.fake_embedder import SPEC, SPEC_WITH_PARTS, FakeSource
from tests.indexes import same

pytestmark = pytest.mark.django_db
KINDS = 4


@pytest.fixture(autouse=True)
def small_numbers(monkeypatch):
    monkeypatch.setitem(registry.EMBEDDERS, "fake", SPEC_WITH_PARTS)
    for module in (planning, projecting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_CENTRE", 8)
    for module in (planning, fitting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_MAP", 12)
    monkeypatch.setattr(enriching, "FEWEST", 1000)  # or its copies would be counted, too


@pytest.fixture
def shop(tmp_path, db):
    """Puts a shop of n pictures, all different, into the catalogue."""
    folder = tmp_path / "shop"
    folder.mkdir()

    def of(count):
        random = np.random.default_rng(7)
        for number in range(count):
            pixels = random.integers(0, 255, (4, 4, 3), np.uint8)
            path = folder / f"{number:02}.jpg"
            if not path.exists():
                Image.fromarray(pixels).resize((40, 40), Image.Resampling.BOX).save(path)
        for path in sorted(folder.iterdir())[count:]:
            path.unlink()
        list(import_folder(folder))
        return folder

    return of


def source(**changes):
    return FakeSource(SPEC_WITH_PARTS, **changes)


def build(**options):
    """Builds, and returns the source, which knows how often the network was asked."""
    made = source()
    plan = building.plan(made, **options)
    list(building.embed(plan))
    building.finish(plan)
    return made


def features_of(index):
    embedder = source().load()
    return embedder.embed([embedder.decode(read_picture(str(one))) for one in index.item_ids])


def is_projected(index) -> bool:
    return np.array_equal(index.projection(features_of(index)), index.embeddings)


# What is fitted, and when ------------------------------------------------------------------------


def test_a_small_catalogue_takes_the_one_that_comes_with_the_program(shop):
    shop(7)
    build()
    index = current.live_index()
    assert str(index.projection.about) == "the program's own"
    assert index.projection.id == index.manifest.projection
    assert is_projected(index)


def test_a_larger_one_gets_a_centre_of_its_own(shop):
    shop(8)
    build()
    index = current.live_index()
    assert str(index.projection.about) == "fitted on 8 pictures"
    assert index.projection.matrix is None
    assert is_projected(index)


def test_a_large_one_learns_a_map_from_altered_copies(shop):
    shop(12)
    made = build()
    index = current.live_index()
    assert str(index.projection.about) == (
        "fitted on 12 pictures, with a map learnt from altered copies of 12"
    )
    assert index.projection.about.shrinkage == 100
    assert is_projected(index)
    assert made.embedded == 12 + 12 * KINDS


def test_a_map_makes_copies_nearer_to_what_they_were_made_of(shop):
    shop(12)
    build()
    index = current.live_index()
    embedder, copies = source().load(), embedded_copies.copies_of(sorted(hashes_of(index)))
    originals = dict(zip(hashes_of(index), index.item_ids, strict=True))
    pixels = [copy.pixels(embedder, lambda one: read_picture(originals[one])) for copy in copies]
    away = {}
    for name, projection in (("map", index.projection), ("none", without_map(index.projection))):
        assert projection is not None
        vectors, found = projection(features_of(index)), projection(embedder.embed(pixels))
        rows = [hashes_of(index).index(copy.picture) for copy in copies]
        spread = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1).mean()
        away[name] = np.linalg.norm(found - vectors[rows], axis=1).mean() / spread
    assert away["map"] < away["none"]


def hashes_of(index):
    return [value.decode() for value in index.content_hashes]


def without_map(projection):
    return Projection(projection.about, projection.centre)


def test_the_next_build_uses_the_one_that_is_there(shop):
    shop(8)
    build()
    before = current.live_index()
    shop(10)
    made = build()
    after = current.live_index()
    assert (len(after), made.embedded) == (10, 2)
    assert after.projection.id == before.projection.id
    assert is_projected(after)


def test_a_catalogue_that_has_doubled_gets_a_new_one_and_embeds_only_what_is_new(shop, monkeypatch):
    for module in (planning, fitting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_MAP", 100)
    shop(8)
    build()
    before = current.live_index()
    shop(16)
    made = build()
    after = current.live_index()
    assert made.embedded == 8
    assert after.projection.about.fitted_on == 16
    assert after.projection.id != before.projection.id
    assert is_projected(after)


def test_a_map_is_learnt_as_soon_as_there_are_enough(shop):
    shop(8)
    build()
    shop(12)
    made = build()
    assert made.embedded == 4 + 12 * KINDS
    assert current.live_index().projection.about.learnt_from == 12


def test_refit_fits_it_again_and_embeds_nothing(shop):
    shop(12)
    build()
    old_sample = set(hashes_of(current.live_index()))
    shop(14)
    build()
    before = current.live_index()
    made = build(refit=True)
    after = current.live_index()
    assert (before.projection.about.fitted_on, after.projection.about.fitted_on) == (12, 14)
    assert is_projected(after)
    newcomers = set(sorted(hashes_of(after))[:12]) - old_sample
    # Their copies, those that they frame, and those of the first, which the last one frames.
    assert made.embedded <= KINDS * (2 * len(newcomers) + 1)
    assert build(refit=True).embedded == 0


def test_what_shows_one_picture_counts_once(shop):
    folder = shop(7)
    for number in range(20, 30):
        shutil.copy(folder / "00.jpg", folder / f"{number}.jpg")
    list(import_folder(folder))
    build()
    index = current.live_index()
    assert len(index) == 17
    assert index.projection.about.fitted_on == 0


def test_a_centre_is_the_mean_of_the_units_of_all_pictures(shop):
    shop(8)
    build()
    index = current.live_index()
    expected = units(features_of(index), SPEC_WITH_PARTS.parts).mean(axis=0)
    assert index.projection.centre == pytest.approx(expected, abs=1e-6)


# The same, bit for bit ---------------------------------------------------------------------------


def test_an_incremental_index_is_what_all_features_give_at_once(shop):
    folder = shop(12)
    build()
    shop(15)
    (folder / "03.jpg").unlink()
    list(import_folder(folder))
    build()
    merged = current.live_index()
    whole = SimilarityIndex.build(
        merged.manifest,
        [str(item_id) for item_id in merged.item_ids],
        hashes_of(merged),
        merged.vectors_of(features_of(merged)),
    )
    assert same(merged, whole)
    verify_index(paths.index_path("fake"))


def test_without_new_pictures_nothing_changes(shop):
    shop(12)
    build()
    before = current.signature_of("fake")
    made = build()
    assert current.signature_of("fake") == before
    assert made.loaded == []


def test_a_rolled_back_index_brings_its_own_projection(shop):
    shop(8)
    build()
    first = current.live_index()
    shop(16)
    build()
    second = current.live_index()
    assert publishing.rollback("fake").projection == first.manifest.projection
    assert current.live_index().projection.id == first.projection.id != second.projection.id
    shop(9)  # and the next build goes on from there
    build()
    assert current.live_index().projection.id == first.projection.id
    assert is_projected(current.live_index())


# Queries -----------------------------------------------------------------------------------------


def test_a_picture_is_asked_about_through_the_same_projection(shop, monkeypatch):
    shop(12)
    made = build()
    monkeypatch.setattr(selection, "embedder_to_serve", lambda name, precision: made)
    monkeypatch.setattr(selection, "_loaded", {})
    found = answer(Query(picture=read_picture("05"), metrics=tuple(Metric), k=1))
    for ranking in found.rankings:
        (match,) = ranking.matches
        assert match.product.item_id == "05"
        assert match.score > 97  # it was saved again


def test_an_evaluation_sees_copies_through_the_same_projection(shop):
    shop(12)
    made = build()
    side = Side("live", current.live_index(), None).of(np.arange(3, 9))
    ids = [str(item_id) for item_id in side.index.item_ids]
    copies = embed_copies(made.load(), ids, hashes_of(side.index))
    found = copies.as_seen_by(side.index, np.arange(6))
    assert found is not None
    projection = current.live_index().projection
    assert projection is not None
    assert np.array_equal(found.altered["mild"], projection(copies.features["mild"]))


def test_several_products_are_asked_about_by_their_vectors(shop):
    shop(12)
    build()
    found = answer(Query(liked=("01", "02"), metrics=(Metric.COSINE,), k=3))
    assert len(found.rankings[0].matches) == 3


# What is kept ------------------------------------------------------------------------------------


def kept(plan=None):
    plan = plan or building.plan(source())
    return plan.checkpoint.hashes()


def test_features_stay_beside_the_index_and_those_of_what_left_go(shop):
    shop(12)
    build()
    assert kept() == set(hashes_of(current.live_index()))
    shop(9)
    build()
    assert kept() == set(hashes_of(current.live_index()))
    assert len(kept()) == 9


def test_where_they_have_gone_only_new_pictures_are_embedded_until_all_are_needed(shop):
    shop(12)
    build()
    before = current.live_index()
    shutil.rmtree(paths.features_folder("fake", "x").parent)
    shop(13)
    made = build()
    after = current.live_index()
    assert (made.embedded, after.projection.id) == (1, before.projection.id)
    assert is_projected(after)
    assert build(refit=True).embedded == 12 + 12 * KINDS


def test_other_weights_start_anew_say_so_and_leave_nothing_of_the_old_ones(shop):
    shop(8)
    build()
    other = source(weights_sha256="1" * 64)
    plan = building.plan(other)
    assert plan.summary() == (
        "8 products, 8 pictures to embed, all anew, "
        "since the index that is there was made in another way"
    )
    list(building.embed(plan))
    building.finish(plan)
    index = current.live_index()
    assert index.projection.about.weights_sha256 == "1" * 64
    assert len(list(plan.checkpoint.folder.parent.iterdir())) == 1


def test_a_build_killed_while_copies_are_embedded_goes_on(shop, monkeypatch):
    shop(12)
    monkeypatch.setattr(embedded_copies, "BATCH", 8)
    made = source()
    plan = building.plan(made)
    list(building.embed(plan))

    def killed(done, total):
        if done >= 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        building.embed_what_teaches(plan, killed)
    assert current.signature_of("fake") is None
    again = build()
    assert again.embedded == 12 * KINDS - 16
    assert current.live_index().projection.about.learnt_from == 12


# Bad input ---------------------------------------------------------------------------------------


def test_pictures_that_cannot_be_altered_teach_no_map(shop, monkeypatch, caplog):
    shop(12)
    monkeypatch.setattr(embedded_copies.Copy, "pixels", lambda *_: None)
    with caplog.at_level(logging.WARNING):
        build()
    assert "No map is learnt: only 0 of 12 can be altered." in caplog.text
    assert str(current.live_index().projection.about) == "fitted on 12 pictures"


def test_a_picture_that_changed_meanwhile_is_left_out_of_the_lesson(shop):
    shop(12)
    made = source()
    plan = building.plan(made)
    list(building.embed(plan))
    for item_id in ("03", "07"):
        pictures.write(pictures.Kind.PICTURE, item_id, picture_bytes("teal"))
    building.finish(plan)
    learnt_from = current.live_index().projection.about.learnt_from
    assert 8 <= learnt_from <= 10  # theirs, and those that had them for a frame


def test_pictures_that_are_all_the_same_give_no_nan(shop, db):
    folder = shop(1)
    for number in range(20, 40):
        shutil.copy(folder / "00.jpg", folder / f"{number}.jpg")
    list(import_folder(folder))
    plan = building.plan(source())
    list(building.embed(plan))
    building.finish(plan, force=True)
    index = current.live_index()
    assert np.isfinite(index.embeddings).all()
    assert [n.distance for n in index.neighbours("00", Metric.COSINE, 5)] == [0] * 5


def test_two_products_are_compared(shop):
    shop(2)
    build()
    ((item_id, distance),) = current.live_index().neighbours("00", Metric.COSINE, 1)
    assert item_id == "01"
    assert 0 < distance < 2


def test_refit_of_too_few_pictures_is_one_sentence(shop, monkeypatch):
    shop(7)
    build()
    before = current.signature_of("fake")
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": source())
    with pytest.raises(CommandError, match="fitted to 8 different pictures or more; there are 7"):
        call_command("build_index", "--refit")
    assert current.signature_of("fake") == before


def test_refit_of_an_embedder_without_parts_is_one_sentence(shop, monkeypatch):
    shop(2)
    monkeypatch.setitem(registry.EMBEDDERS, "fake", SPEC)
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": FakeSource())
    with pytest.raises(CommandError, match="fake has no projection: its vectors are compared as"):
        call_command("build_index", "--refit")
    call_command("build_index")
    index = current.live_index()
    assert (index.projection, index.manifest.projection) == (None, "")
    assert not paths.features_folder("fake", "x").parent.exists()


# Commands ----------------------------------------------------------------------------------------


def test_the_command_says_what_was_fitted(shop, monkeypatch, capsys):
    shop(12)
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": source())
    call_command("build_index", "--no-map")
    said = "Projection: fitted on 12 pictures, with a map learnt from altered copies of 12."
    assert said in capsys.readouterr().out
    call_command("build_index", "--no-map")
    assert "Projection" not in capsys.readouterr().out


def test_exported_vectors_come_back_with_their_projection(shop, tmp_path, monkeypatch):
    folder = shop(12)
    build()
    before = current.live_index()
    file = tmp_path / "out" / "tutorial.joblib"
    call_command("export_joblib", str(file))
    paths.index_path("fake").unlink()
    call_command("import_joblib", str(file), images=folder)
    after = current.live_index()
    assert after.projection.id == before.projection.id
    assert is_projected(after)
    (tmp_path / "out" / "tutorial.joblib.projection.npz").write_bytes(b"PK rubbish")
    with pytest.raises(CommandError, match=r"tutorial\.joblib\.projection\.npz"):
        call_command("import_joblib", str(file), images=folder)


def test_raw_vectors_that_were_imported_are_projected_by_the_next_build(shop):
    shop(8)
    build()
    index = current.live_index()
    raw = SimilarityIndex.build(
        index.manifest.__class__.of(SPEC_WITH_PARTS, "0" * 64),
        [str(item_id) for item_id in index.item_ids],
        hashes_of(index),
        features_of(index),
    )
    publishing.publish(raw)
    assert current.live_index().projection is None
    build()
    assert is_projected(current.live_index())


def test_the_centre_that_comes_with_the_program_is_one_for_the_weights_that_come_with_it():
    chosen = choose("efficientnet-lite2", Places(Path("nowhere")), "ncnn")
    path = fitting.centre_path("efficientnet-lite2", chosen.weights_sha256)
    assert list(path.parent.iterdir()) == [path]
    centre = np.load(path, allow_pickle=False)
    assert (centre.shape, centre.dtype) == ((2000,), np.float32)
    assert 0.3 < np.linalg.norm(centre[:1280]) < 1
    assert 0.3 < np.linalg.norm(centre[1280:]) < 1
