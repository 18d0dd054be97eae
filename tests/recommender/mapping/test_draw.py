import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog.models import Product
from catalog.registry import import_folder
from recommender.live import current, paths
from recommender.mapping import draw, layout, sprites
from recommender.mapping.product_map import MapFileError, read_map
from recommender.mapping.sprites import side_shown
from runs.files import locked, replace_file
from runs.models import Run
from tests.conftest import picture_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small")]


def cells_of(product_map) -> dict[str, tuple[int, int]]:
    return dict(zip(product_map.item_ids, map(tuple, product_map.cells.tolist()), strict=True))


def pictures() -> dict[str, int]:
    """Each picture of the map, and when it was drawn."""
    folder = paths.map_pictures("fake")
    return {path.stem: path.stat().st_mtime_ns for path in folder.iterdir()}


def refuse(*_args, **_more):
    raise AssertionError("nothing should be computed")


def test_each_product_has_a_cell_that_shows_its_picture(drawn):
    cells = cells_of(drawn)
    assert len(set(cells.values())) == 14
    assert set(pictures()) == drawn.names
    with Image.open(paths.map_pictures("fake") / f"{drawn.overview}.webp") as overview:
        assert overview.size == tuple(8 * side for side in drawn.size)
        for item_id, (column, row) in cells.items():
            cell = np.asarray(overview.convert("RGBA"))[8 * row + 4, 8 * column + 4]
            red, green, _, opaque = cell.tolist()
            assert opaque == 255
            assert (red > green) == bool(int(item_id) % 2), item_id


def test_the_sharpest_tiles_show_every_cell_where_it_lies(drawn):
    shown = set()
    for tile in drawn.tiles:
        if tile.level == 64:
            with Image.open(paths.map_pictures("fake") / f"{tile.name}.webp") as picture:
                opaque = np.asarray(picture.convert("RGBA"))[32::64, 32::64, 3] > 0
            here = zip(*np.nonzero(opaque.T), strict=True)
            shown |= {(4 * tile.column + column, 4 * tile.row + row) for column, row in here}
    assert shown == set(cells_of(drawn).values())


def test_what_is_written_is_what_is_read(drawn):
    found = read_map(paths.map_path("fake"))
    assert cells_of(found) == cells_of(drawn)
    assert (found.tiles, found.overview, found.manifest) == (
        drawn.tiles, drawn.overview, current.live_index().manifest,
    )  # fmt: skip


def test_nothing_new_costs_nothing(drawn, monkeypatch):
    monkeypatch.setattr(draw, "lay_out", refuse)
    monkeypatch.setattr(draw, "read_thumbnail", refuse)
    assert draw.make_map("fake") is None


@pytest.mark.slow
def test_a_picture_that_was_lost_is_drawn_again(drawn):
    lost = paths.map_pictures("fake") / f"{drawn.tiles[0].name}.webp"
    lost.unlink()
    assert cells_of(draw.make_map("fake")) == cells_of(drawn)
    assert lost.is_file()


def test_a_newcomer_is_placed_beside_its_like_and_nothing_else_moves(
    drawn, folder, fake_source, monkeypatch
):
    (folder / "hats" / "new.jpg").write_bytes(picture_bytes((233, 20, 20)))
    list(import_folder(folder))
    monkeypatch.setattr(draw, "lay_out", refuse)
    call_command("build_index")
    now = read_map(paths.map_path("fake"))
    cells = cells_of(now)
    column, row = cells.pop("new")
    assert cells == cells_of(drawn)
    nearest = current.live_index().lists["cosine"].rows[now.item_ids.index("new"), 0]
    beside = cells[now.item_ids[nearest]]
    others = [abs(column - x) + abs(row - y) for x, y in cells.values()]
    assert abs(column - beside[0]) + abs(row - beside[1]) <= sorted(others)[3]
    assert now.drift == 1


@pytest.mark.slow
def test_a_changed_picture_is_drawn_and_the_old_ones_stay_for_one_map_more(
    drawn, folder, fake_source
):
    maps, first = [drawn], pictures()
    for colour in ("white", "black"):
        (folder / "hats" / "01.jpg").write_bytes(picture_bytes(colour))
        list(import_folder(folder))
        call_command("build_index")
        maps.append(read_map(paths.map_path("fake")))
    assert len({each.overview for each in maps}) == 3
    assert set(pictures()) == maps[1].names | maps[2].names
    unchanged = drawn.names & maps[2].names
    assert {name: pictures()[name] for name in unchanged} == {n: first[n] for n in unchanged}


def test_after_many_have_come_and_gone_all_are_laid_out_from_where_they_were(
    drawn, folder, fake_source, monkeypatch
):
    begun = []
    laid_out = layout.lay_out
    monkeypatch.setattr(draw, "lay_out", lambda *args: begun.append(args) or laid_out(*args))
    for number in range(4):
        (folder / "hats" / f"new-{number}.jpg").write_bytes(picture_bytes((40 * number, 9, 9)))
    list(import_folder(folder))
    call_command("build_index")
    [(vectors, start)] = begun
    assert len(vectors) == len(start) == 18
    now = read_map(paths.map_path("fake"))
    kept = [number for number, item_id in enumerate(now.item_ids) if item_id in drawn.item_ids]
    assert (start[kept] == drawn.cells).all()
    assert now.drift == 0


@pytest.mark.slow
def test_of_too_many_products_an_even_part_is_shown(live, settings):
    settings.MAP_MAX_PRODUCTS = 12
    drawn = draw.make_map("fake")
    index = current.live_index()
    hashes = sorted(index.content_hashes)[:12]
    assert {value.encode() for value in drawn.content_hashes} == set(hashes)


def test_zero_draws_none_and_a_small_shop_needs_none(live, fake_source, settings, capsys):
    settings.MAP_MAX_PRODUCTS = 0
    call_command("build_index")
    assert not paths.map_path("fake").exists()
    assert "map" not in capsys.readouterr().err
    with pytest.raises(CommandError, match="A map needs 12 products"):
        call_command("build_map")


@pytest.mark.slow
def test_build_index_leaves_the_map_out_where_it_is_told_so(live, fake_source):
    call_command("build_index", no_map=True)
    assert not paths.map_path("fake").exists()
    call_command("build_index")
    assert paths.map_path("fake").exists()


def test_a_map_that_fails_never_fails_the_build(catalogue, fake_source, monkeypatch, capsys):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draw, "write_map", full)
    call_command("build_index")
    assert "The index is live, but its map could not be drawn" in capsys.readouterr().err
    assert len(current.live_index()) == 14
    assert Run.objects.get().state == Run.State.DONE


@pytest.mark.slow
def test_a_disk_that_is_full_midway_leaves_the_map_as_it_was(drawn, fake_source, monkeypatch):
    written: list[str] = []

    def until_full(path, data):
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        replace_file(path, data)

    monkeypatch.setattr(sprites, "replace_file", until_full)
    monkeypatch.setattr(sprites, "RECIPE", 2)
    with pytest.raises(CommandError, match=r"(?i)no space left"):
        call_command("build_map", full=True)
    now = read_map(paths.map_path("fake"))
    assert now.names == drawn.names
    assert now.names < set(pictures())


@pytest.mark.slow
def test_a_damaged_map_is_drawn_anew(drawn, fake_source):
    path = paths.map_path("fake")
    for damage in (b"", b"{}", b"[1]", path.read_bytes()[:-40], b"[" * 100_000, b"\xff"):
        path.write_bytes(damage)
        with pytest.raises(MapFileError, match=r"fake\.json is no map"):
            read_map(path)
    call_command("build_map")
    assert cells_of(read_map(path)) == cells_of(drawn)


@pytest.mark.slow
def test_two_processes_do_not_draw_one_map(live, fake_source, capsys):
    with locked(paths.map_path("fake").with_suffix(".lock")):
        with pytest.raises(CommandError, match="Another process is drawing the map"):
            call_command("build_map")
        call_command("build_index")
    assert "Another process is drawing the map" in capsys.readouterr().err


def test_without_an_index_build_map_says_what_to_do(db):
    with pytest.raises(CommandError, match=r"There is no index of fake yet.*build_index"):
        call_command("build_map")


@pytest.mark.slow
def test_a_product_whose_thumbnail_is_lost_keeps_its_cell(live, caplog):
    from catalog import pictures as kept

    kept.remove("03")
    drawn = draw.make_map("fake")
    assert drawn is not None
    assert len(drawn) == 14
    assert "03 has no place on the map" in caplog.text
    assert Product.shown.filter(item_id="03").exists()


@pytest.mark.parametrize(
    ("width", "height", "side"),
    [(500, 500, 250), (375, 500, 187), (500, 375, 187), (100, 500, 150), (None, None, 250)],
)
def test_a_sprite_shows_the_picture_and_not_its_frame(width, height, side):
    assert side_shown(width, height) == side
