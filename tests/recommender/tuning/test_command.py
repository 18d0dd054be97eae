"""`manage.py tune`, on a drawn shop and a fake network in two parts."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import enriching, planning, projecting
from recommender.embedders import registry
from recommender.live import current, paths, publishing, selection
from tests.fake_embedder import SPEC_WITH_PARTS, FakeSource
from tests.recommender.evaluation.builds import build

pytestmark = pytest.mark.django_db
N = 120


@pytest.fixture
def source(monkeypatch):
    made = FakeSource(SPEC_WITH_PARTS)
    monkeypatch.setitem(registry.EMBEDDERS, "fake", SPEC_WITH_PARTS)
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": made)
    for module in (planning, projecting):
        monkeypatch.setattr(module, "ENOUGH_FOR_A_CENTRE", 8)
    monkeypatch.setattr(enriching, "FEWEST", 1000)
    monkeypatch.setattr("recommender.tuning.report.draw_after_a_build", lambda *_: None)
    return made


@pytest.fixture
def shop(tmp_path, source):
    """N pictures of noise; of every second one, the middle is darker: its category."""
    folder = tmp_path / "shop"
    draw(folder, range(N))
    list(import_folder(folder))
    categorise()
    build(source)
    return folder


def draw(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        pixels = np.random.default_rng(number).integers(0, 255, (4, 4, 3), np.uint8)
        pixels[1:3, 1:3, 0] //= 4
        pixels[1:3, 1:3, 0] += np.uint8(90 * (number % 2))
        picture = Image.fromarray(pixels).resize((40, 40), Image.Resampling.BOX)
        picture.save(folder / f"{number:03}.jpg", quality=95)


def categorise(one="hat", other="帽子"):
    for product in Product.objects.all():
        product.category = (one, other)[int(product.item_id) % 2]
        product.save()


def tune(capsys, **options):
    call_command("tune", **options)
    return capsys.readouterr().out


def refusal(**options):
    with pytest.raises(CommandError) as refused:
        call_command("tune", **options)
    return str(refused.value)


def state():
    return paths.index_path("fake").read_bytes()


def test_what_gains_is_published_and_rollback_brings_back_the_one_before(shop, source, capsys):
    before, embedded = current.live_index(), source.embedded
    said = tune(capsys, most_precise=True)
    for words in (
        "tuned by the others",
        "(P@5)",
        "Never shown",
        "Chosen on other held-out products",
    ):
        assert words in said
    after = current.live_index()
    assert f"tuned to the categories of {N} products." in said
    assert after.projection.about.tuned_to == N
    assert after.manifest.projection == after.projection.id != before.projection.id
    assert after.item_ids.tolist() == before.item_ids.tolist()
    assert source.embedded - embedded <= 30 * 4  # copies of the held-out products, nothing else
    assert precision(after) > precision(before) + 0.05
    publishing.rollback("fake")
    assert current.live_index().projection.id == before.projection.id


def precision(index):
    from recommender.index.metrics import Metric

    kinds = np.array([int(item_id) % 2 for item_id in index.item_ids])
    return (kinds[index.lists[Metric.COSINE].rows[:, :5]] == kinds[:, None]).mean()


def test_what_does_not_gain_is_not_published(shop, capsys):
    random = np.random.default_rng(0)
    for product in Product.objects.all():
        product.category = str(random.integers(2))
        product.save()
    before = state()
    said = refusal()
    assert said.startswith("Nothing was published. It does not surely gain: ")
    assert said.endswith("If that is as it should be, run: manage.py tune --even-so")
    assert state() == before
    tune(capsys, even_so=True)
    assert current.live_index().projection.about.tuned_to == N


def test_off_takes_the_tuning_away(shop, capsys):
    before = current.live_index().projection
    assert refusal(off=True) == "The index of fake is not tuned; there is nothing to take away."
    tune(capsys, even_so=True)
    assert "Projection: fitted on 120 pictures." in tune(capsys, off=True)
    assert current.live_index().projection.id == before.id


def test_tuned_again_it_starts_from_the_map_without_labels(shop, capsys):
    tune(capsys, even_so=True)
    first = current.live_index().projection.id
    said = tune(capsys, even_so=True)
    assert "not tuned" in said
    assert current.live_index().projection.id == first


def test_the_json_says_what_was_chosen_and_why_not(shop, tmp_path, capsys):
    file = tmp_path / "new" / "figures.json"
    tune(capsys, most_precise=True, json=file)
    told = json.loads(file.read_text())["tuning"]
    assert told["published"] is True
    assert told["reasons_against"] == []
    assert told["learnt_from"] == N
    assert told["chosen"]["precision"] > told["before"]["precision"]


def test_what_was_tried_stays_for_the_next_time_alone(shop, source, capsys):
    tune(capsys, even_so=True)
    embedded, first = source.embedded, copies_tried()
    tune(capsys, even_so=True)
    assert source.embedded == embedded
    tune(capsys, even_so=True, seed=1)
    assert source.embedded > embedded
    assert len(copies_tried()) == len(first)
    assert copies_tried() != first


def test_a_build_that_changes_the_index_takes_away_what_was_tried(shop, capsys):
    tune(capsys, even_so=True)
    run_build(capsys)
    assert copies_tried()
    draw(shop, [N])
    list(import_folder(shop))
    run_build(capsys)
    assert not copies_tried()


def copies_tried():
    """What is known of the copies that were tried: their keys."""
    shards = paths.features_folder("fake", "x").parent.glob("*/tried/*.npz")
    return {str(key) for path in shards for key in np.load(path)["hashes"]}


# Builds afterwards --------------------------------------------------------------------------------


def run_build(capsys, **options):
    call_command("build_index", no_map=True, **options)
    return capsys.readouterr().out


def test_a_build_keeps_the_tuned_map_even_where_the_catalogue_doubles(shop, capsys):
    tune(capsys, even_so=True)
    tuned = current.live_index().projection.id
    draw(shop, range(N, N + 3))
    list(import_folder(shop))
    assert "tune" not in run_build(capsys)
    assert current.live_index().projection.id == tuned
    draw(shop, range(N, 2 * N))
    list(import_folder(shop))
    assert "it was left as it is. To fit and tune it anew: manage.py tune" in run_build(capsys)
    assert current.live_index().projection.id == tuned


@pytest.mark.parametrize("how", ["refit", "full"])
def test_a_build_that_fits_it_anew_says_that_the_tuning_has_gone(shop, capsys, how):
    tune(capsys, even_so=True)
    said = run_build(capsys, **{how: True})
    assert "The map is no longer tuned to categories. To tune it again: manage.py tune" in said
    assert not current.live_index().projection.about.tuned_to
    assert "no longer" not in run_build(capsys, **{how: True})


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("", "", "No product has a category, so there is nothing to learn from."),
        ("hat", "hat", "All products are of one category, so there is nothing to tell apart."),
    ],
)
def test_without_two_categories_nothing_is_published(shop, one, other, sentence):
    categorise(one, other)
    before = state()
    assert refusal(even_so=True) == sentence
    assert state() == before


def test_without_an_index_it_says_which_command_makes_one(source):
    assert refusal() == (
        "There is no index of fake yet. Run: manage.py build_index --embedder fake"
    )


def test_two_products_and_pictures_that_are_all_the_same_are_refused(tmp_path, source):
    folder = tmp_path / "shop"
    draw(folder, range(2))
    list(import_folder(folder))
    build(source)
    assert refusal() == "The index has 2 products; an evaluation needs at least 12."
    for number in range(2, 30):
        (folder / f"{number:03}.jpg").write_bytes((folder / "000.jpg").read_bytes())
    (folder / "001.jpg").write_bytes((folder / "000.jpg").read_bytes())
    list(import_folder(folder))
    from recommender.building import build as building

    plan = building.plan(source)
    list(building.embed(plan))
    building.finish(plan, force=True)
    assert refusal().startswith("All pictures look the same to fake")


def test_an_index_made_with_other_weights_is_refused(shop, source):
    source.weights_sha256 = "1" * 64
    before = state()
    assert "was made by another state of fake" in refusal()
    assert refusal().endswith("Run: manage.py build_index --embedder fake")
    assert state() == before


def test_where_features_have_gone_it_says_how_to_make_them(shop):
    import shutil

    shutil.rmtree(paths.features_folder("fake", "x").parent)
    assert refusal() == (
        "What the network gave for 120 of 120 pictures is not kept any more. "
        "Run: manage.py build_index --full --embedder fake"
    )


def test_killed_before_the_swap_nothing_is_published(shop, monkeypatch):
    before = state()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "_swap_in", killed)
    with pytest.raises(SystemExit) as ended:
        call_command("tune", even_so=True)
    assert ended.value.code == 130
    assert state() == before
    monkeypatch.undo()


def test_a_second_process_is_told_to_wait(shop):
    with publishing.exclusive("fake"):
        assert refusal().startswith("Another process is changing the index of fake; wait until")
