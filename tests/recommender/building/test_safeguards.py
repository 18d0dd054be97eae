from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building.safeguards import ALIKE, Refused, refuse_collapse, refuse_loss
from recommender.live import current, publishing
from recommender.live import paths as places
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeEmbedder, FakeSource
from tests.indexes import hash_of

pytestmark = pytest.mark.django_db


def build(source, **options):
    force = options.pop("force", False)
    plan = building.plan(source, **options)
    list(building.embed(plan))
    return building.finish(plan, force=force)


def files():
    """What the live and the previous index are, to the byte."""
    paths = (places.index_path("fake"), places.previous_path("fake"))
    return [path.read_bytes() if path.exists() else None for path in paths]


@pytest.fixture
def two_indexes(catalogue, folder):
    """A live index of six products, and a previous one."""
    build(FakeSource(), limit=4)
    build(FakeSource())
    assert None not in files()
    return files()


def remove_pictures(settings, numbers=range(6)):
    for number in numbers:
        for kind in ("pictures", "thumbnails"):
            (Path(settings.MEDIA_ROOT) / kind / f"{number}.jpg").unlink(missing_ok=True)


def spoil_pictures(settings):
    for kind in ("pictures", "thumbnails"):
        for path in (Path(settings.MEDIA_ROOT) / kind).iterdir():
            path.write_bytes(b"rubbish")


# Lost pictures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lose", [remove_pictures, spoil_pictures])
@pytest.mark.parametrize("options", [{"full": True}, {}])
def test_a_build_without_its_pictures_leaves_both_indexes_however_often_it_runs(
    two_indexes, settings, lose, options
):
    lose(settings)
    source = FakeSource() if options else FakeSource(weights_sha256="1" * 64)
    for _ in range(3):
        with pytest.raises(
            Refused, match=r"Only 0 of 6 pictures .*MEDIA_ROOT.*build_index --force"
        ):
            build(source, **options)
        assert files() == two_indexes


def test_a_first_build_without_pictures_publishes_no_empty_index(catalogue, settings):
    remove_pictures(settings)
    with pytest.raises(Refused):
        build(FakeSource())
    assert files() == [None, None]


def test_half_of_the_pictures_may_be_lost_and_no_more(two_indexes, settings):
    remove_pictures(settings, [0, 1, 2, 3])
    with pytest.raises(Refused, match="Only 2 of 6"):
        build(FakeSource(), full=True)
    build(FakeSource(), full=True, force=True)
    assert len(current.live_index()) == 2
    assert publishing.rollback("fake").count == 6


def test_three_of_six_are_enough(two_indexes, settings):
    remove_pictures(settings, [0, 1, 2])
    assert build(FakeSource(), full=True).count == 3


def test_an_incremental_build_keeps_what_it_cannot_read_anew(two_indexes, settings, folder):
    """The folder is gone, but the index has the vectors: nothing is lost, nothing is refused."""
    remove_pictures(settings)
    assert build(FakeSource()) is None
    assert files() == two_indexes


def test_a_catalogue_that_shrank_by_more_than_half_is_not_published(two_indexes):
    Product.objects.filter(item_id__in="0123").delete()
    with pytest.raises(Refused, match="would have 2 products, the live one has 6"):
        build(FakeSource())
    assert files() == two_indexes
    assert build(FakeSource(), force=True).count == 2


def test_a_limit_never_replaces_a_whole_index_by_a_small_one(two_indexes):
    source = FakeSource(weights_sha256="1" * 64)
    with pytest.raises(Refused, match=r"2 products \(4 left for later\), the live one has 6"):
        build(source, limit=2)
    assert files() == two_indexes
    assert build(source).count == 6
    assert source.embedded == 6  # those of the refused build were kept


def test_the_command_exits_with_1_and_can_be_told_to_do_it(two_indexes, settings, fake_source):
    remove_pictures(settings, [0, 1, 2, 3])
    with pytest.raises(CommandError, match=r"Only 2 of 6") as caught:
        call_command("build_index", full=True)
    assert caught.value.returncode == 1
    assert files() == two_indexes
    with pytest.raises(CommandError, match="4 pictures could not be embedded"):
        call_command("build_index", full=True, force=True)
    assert len(current.live_index()) == 2


@pytest.mark.parametrize(
    ("count", "planned", "live", "refused"),
    [
        (0, 0, 0, True), (1, 1, 0, False), (1, 2, 0, False), (1, 3, 0, True), (2, 3, 3, False),
        (500, 1000, 1000, False), (499, 1000, 0, True), (50, 50, 101, True), (50, 50, 100, False),
    ],
)  # fmt: skip
def test_more_than_half_is_too_much(count, planned, live, refused):
    try:
        refuse_loss(count, planned, live)
    except Refused:
        assert refused
    else:
        assert not refused


# What the owner took out --------------------------------------------------------------------------


def hide(*item_ids):
    Product.objects.filter(item_id__in=item_ids).update(hidden=True)


def lose(*item_ids):
    Product.objects.filter(item_id__in=item_ids).update(gone_since=timezone.now())


@pytest.fixture
def second_shop(tmp_path, catalogue):
    """Four products of "other" beside the six of "local"; all ten are live."""
    for number in range(4):
        path = tmp_path / "other" / f"o{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture_bytes((number * 60, 90, 200)))
    list(import_folder(tmp_path / "other", shop="other"))
    build(FakeSource())
    return tmp_path / "other"


def test_what_was_hidden_on_purpose_is_no_loss(two_indexes):
    hide("0", "1", "2", "3", "4")
    assert build(FakeSource()).count == 1


def test_what_was_removed_on_purpose_is_no_loss(second_shop, fake_source):
    call_command("remove_shop", "local", "--yes")
    call_command("build_index")
    assert set(current.live_index().item_ids) == {"o0", "o1", "o2", "o3"}


def test_refresh_goes_on_after_a_shop_was_removed(second_shop, fake_source):
    call_command("remove_shop", "local", "--yes")
    for _ in range(2):
        call_command("refresh", str(second_shop), "--shop", "other")
    assert len(current.live_index()) == 4


def test_a_removal_hides_no_other_loss(second_shop, fake_source):
    call_command("remove_shop", "local", "--yes")
    lose("o0", "o1", "o2")
    with pytest.raises(CommandError, match="would have 1 product, the live one has 4 that"):
        call_command("build_index")
    assert len(current.live_index()) == 10


def test_what_was_removed_and_came_back_can_be_lost(second_shop, fake_source, folder):
    call_command("remove_shop", "local", "--yes")
    list(import_folder(folder))
    lose("0", "1", "2", "3", "4", "5", "o0")
    with pytest.raises(Refused, match="would have 3 products, the live one has 10"):
        build(FakeSource())


def test_refresh_names_the_command_that_helps_and_has_the_options(second_shop, fake_source):
    lose("0", "1", "2", "3", "4", "5")
    refresh = ("refresh", str(second_shop), "--shop", "other")
    with pytest.raises(CommandError, match=r"If .*, run: manage\.py build_index --force"):
        call_command(*refresh)
    call_command(*refresh, "--publish-anyway")
    assert len(current.live_index()) == 4


def test_force_in_refresh_marks_as_gone_and_publishes(second_shop, fake_source):
    for number in range(3):
        (second_shop / f"o{number}.jpg").unlink()
    lose("0", "1", "2", "3", "4", "5")
    call_command("refresh", str(second_shop), "--shop", "other", "--force")
    assert current.live_index().item_ids == ["o3"]


def test_the_command_that_is_named_builds_the_same(two_indexes, fake_source):
    lose("0", "1", "2", "3")
    with pytest.raises(CommandError, match=r"build_index --force --full --embedder fake$"):
        call_command("build_index", full=True, embedder="fake")


def test_an_emptied_catalogue_is_called_empty(two_indexes, fake_source):
    hide("0", "1")
    lose("2", "3", "4", "5")
    with pytest.raises(CommandError, match=r"None of 6 products .*: 2 hidden, 4 gone"):
        call_command("build_index")
    call_command("remove_shop", "local", "--yes")
    with pytest.raises(CommandError, match=r"The catalogue is empty. Run: manage.py scrape"):
        call_command("build_index")
    assert files() == two_indexes


# Collapsed vectors -------------------------------------------------------------------------------


def broken(kind):
    """A network that sees nothing: what it gives for n pictures."""
    random = np.random.default_rng(3)

    def embed(self, pictures):
        self.embedded += len(pictures)
        return {
            "not finite": lambda n: np.full((n, 48), np.nan),
            "zero": lambda n: np.zeros((n, 48)),
            "one and the same": lambda n: np.full((n, 48), 0.37),
            "but for rounding": lambda n: 5 + 1e-5 * random.standard_normal((n, 48)),
            "nearly": lambda n: 5 + 1e-3 * random.standard_normal((n, 48)),
        }[kind](len(pictures)).astype(np.float32)

    return embed


KINDS = ["not finite", "zero", "one and the same", "but for rounding", "nearly"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weights", ["0" * 64, "1" * 64])
def test_collapsed_vectors_are_never_published(two_indexes, monkeypatch, kind, weights):
    with monkeypatch.context() as patched:
        patched.setattr(FakeEmbedder, "embed", broken(kind))
        for _ in range(2):
            with pytest.raises(Refused, match="--force"):
                build(FakeSource(weights_sha256=weights), full=True)
            assert files() == two_indexes
    source = FakeSource(weights_sha256=weights)
    build(source, full=False)
    if weights != "0" * 64:
        assert source.embedded == 6  # none of the bad vectors was kept for this build


def test_force_publishes_them_all_the_same(two_indexes, monkeypatch):
    monkeypatch.setattr(FakeEmbedder, "embed", broken("one and the same"))
    assert build(FakeSource(), full=True, force=True).count == 6


def add_products(folder, numbers):
    for number in numbers:
        (folder / f"new{number}.jpg").write_bytes(picture_bytes((number * 9, 3, 200)))
    list(import_folder(folder))


def test_new_vectors_that_have_collapsed_are_not_hidden_by_many_old_ones(
    catalogue, folder, monkeypatch
):
    add_products(folder, range(14))
    build(FakeSource())
    before = files()
    add_products(folder, range(14, 22))
    monkeypatch.setattr(FakeEmbedder, "embed", broken("one and the same"))
    with pytest.raises(Refused, match="100% of the pictures"):
        build(FakeSource())
    assert files() == before


def sound(n, spread, seed=0):
    """n vectors as a network gives them: much in common, and `spread` of their length apart."""
    random = np.random.default_rng(seed)
    common = np.maximum(random.standard_normal(256), 0)
    own = random.standard_normal((n, 256))
    own *= spread * np.linalg.norm(common) / np.linalg.norm(own, axis=1, keepdims=True)
    return (common + own).astype(np.float32)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 100, 3000])
@pytest.mark.parametrize("spread", [1.0, 0.1, 4 * ALIKE])
def test_sound_catalogues_pass_small_ones_too(n, spread):
    refuse_collapse([hash_of(number) for number in range(n)], sound(n, spread))


def test_many_identical_pictures_are_one_picture():
    vectors = sound(40, 0.3)
    vectors[5:] = vectors[5]
    hashes = [hash_of(min(number, 5)) for number in range(40)]
    refuse_collapse(hashes, vectors)
    refuse_collapse(["a" * 64] * 40, np.ones((40, 8), np.float32))


def test_some_vectors_of_zeros_are_no_collapse():
    vectors = sound(20, 0.3)
    vectors[:9] = 0
    refuse_collapse([hash_of(number) for number in range(20)], vectors)
    vectors[:11] = 0
    with pytest.raises(Refused, match="55%"):
        refuse_collapse([hash_of(number) for number in range(20)], vectors)


def test_two_pictures_alike_say_nothing():
    refuse_collapse([hash_of(0), hash_of(1)], np.ones((2, 8), np.float32))


def test_an_empty_index_has_not_collapsed():
    refuse_collapse([], np.empty((0, 8), np.float32))
