"""What Browse shows of a part of the map."""

import pytest

from recommender.live.paths import map_path
from web.pages import browse

pytestmark = pytest.mark.django_db


def ids(client, query: str) -> list[str]:
    return [product.item_id for product in client.get(f"/browse/?{query}").context["page"]]


def test_only_what_lies_within_both_corners_is_shown(client, drawn):
    columns, rows = drawn.size
    assert ids(client, f"area=0-0-{columns}-{rows}") == list(drawn.item_ids)
    column, row = drawn.cells[4].tolist()
    assert ids(client, f"area={column}-{row}-{column}-{row}") == [drawn.item_ids[4]]
    assert ids(client, f"area={columns}-{rows}-0-0") == list(drawn.item_ids)
    assert ids(client, "area=900-900-999-999") == []


def test_other_filters_and_orders_go_on_within_it(client, drawn):
    columns, rows = drawn.size
    area = f"area=0-0-{columns}-{rows}"
    assert ids(client, f"{area}&category=hats") == [f"{n:02}" for n in range(1, 14, 2)]
    first = ids(client, f"{area}&order=like&to=03")
    assert (first[0], len(first)) == ("03", 14)
    page = client.get(f"/browse/?{area}").content.decode()
    assert f'name="area" value="0-0-{columns}-{rows}"' in page


def test_it_is_looked_up_once_an_answer(client, drawn, monkeypatch):
    asked = []
    monkeypatch.setattr(browse, "item_ids_within", lambda area: asked.append(area) or ("03", "04"))
    assert ids(client, "area=0-0-9-9") == ["03", "04"]
    assert asked == ["0-0-9-9"]


@pytest.mark.parametrize("area", ["1-2-3", "a-b-c-d", "-1-0-5-5", "1234567-0-1-1", "0-0-1-1\n"])
def test_what_is_no_part_of_a_map_is_refused(client, drawn, area):
    answer = client.get("/browse/", {"area": area})
    if area.strip() != area:  # typed with a line's end
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert "Give four numbers, such as 0-0-9-9." in answer.content.decode()


def test_without_a_map_there_is_nothing_to_say_of_it(client, drawn):
    map_path("fake").unlink()
    assert client.get("/browse/?area=0-0-9-9").status_code == 503
    assert client.get("/browse/").status_code == 200
