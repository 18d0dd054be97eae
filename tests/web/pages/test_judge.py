"""The page where staff judge two answers, and what comes of it."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from lxml import html
from protego import Protego

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.models import Judgement
from recommender.search.judgements import preferred_pairs, results
from tests.indexes import take_away
from tests.recommender.search.test_contests import built_again, index_with, more  # noqa: F401

pytestmark = pytest.mark.django_db
PAGE, RESULTS, CSV = "/judge/", "/judge/results/", "/judge/judgements.csv"


@pytest.fixture
def differing(more):  # noqa: F811
    """Twelve products of which the live index and the previous one answer differently."""
    built_again(index_with(more, more.embeddings[::-1].copy()))


def shown(client, address=PAGE):
    """What the page asks about, and the item_ids on its left and on its right."""
    page = html.fromstring(client.get(address).content)
    sides = [
        [re.search(r"/([^/]+)\.jpg", src)[1] for src in side.xpath(".//img/@src")]
        for side in page.xpath("//div[@class='sides']/section")
    ]
    (product,) = page.xpath("//div[@class='judged-product']//img/@src")
    token = page.xpath("//input[@name='page']/@value")[0]
    return re.search(r"/([^/]+)\.jpg", product)[1], *sides, token


def click(client, choice, address=PAGE):
    item_id, left, right, token = shown(client, address)
    response = client.post(address, {"page": token, "choice": choice})
    assert response.status_code == 302
    return item_id, left, right, response["Location"]


def test_visitors_are_asked_to_sign_in_and_judge_nothing(client, admin_client, differing):
    token = shown(admin_client)[-1]
    for address in (PAGE, RESULTS, CSV):
        assert "/admin/login/" in client.get(address)["Location"]
    assert client.post(PAGE, {"page": token, "choice": "left"}).status_code == 302
    assert not Judgement.objects.exists()


def test_two_answers_stand_side_by_side_and_nothing_says_which_is_which(admin_client, differing):
    item_id, left, right, _ = shown(admin_client)
    assert len(left) == len(right) == 5
    assert item_id not in left + right
    assert set(left) != set(right)
    words = html.fromstring(admin_client.get(PAGE).content).xpath("//form[@class='judging']")[0]
    assert not re.search("fake|cosine|previous|built", words.text_content())


def test_either_side_may_have_either_answer(admin_client, differing):
    lefts = {tuple(shown(admin_client, f"{PAGE}?item_id=3")[1]) for _ in range(30)}
    assert len(lefts) == 2


def test_what_was_clicked_is_kept_as_it_was_shown_and_the_next_query_comes(
    admin_client, admin_user, differing
):
    item_id, left, right, address = click(admin_client, "left")
    assert address == PAGE
    kept = Judgement.objects.get()
    assert (kept.item_id, kept.choice, kept.judged_by) == (item_id, "left", admin_user.username)
    assert (kept.left["item_ids"], kept.right["item_ids"]) == (left, right)
    made = {side["built_at"] for side in (kept.left, kept.right)}
    assert "2026-01-01T00:00:00+00:00" in made
    assert len(made) == 2
    others = {shown(admin_client)[0] for _ in range(20)}
    assert item_id not in others
    assert preferred_pairs()[0].item_id == item_id


def test_when_all_is_judged_it_says_so(admin_client, differing):
    for _ in range(12):
        if "nothing left to judge" in admin_client.get(PAGE).content.decode():
            break
        click(admin_client, "same")
    assert "There is nothing left to judge here" in admin_client.get(PAGE).content.decode()
    ids = list(Judgement.objects.values_list("item_id", flat=True))
    assert len(ids) == len(set(ids))


def test_the_last_click_is_undone_and_asked_again(admin_client, differing):
    click(admin_client, "left")
    item_id, *_ = click(admin_client, "right")
    page = html.fromstring(admin_client.get(PAGE).content)
    assert "You have judged 2 products here." in page.text_content()
    (key,) = page.xpath("//button[@name='undo']/@value")
    response = admin_client.post(PAGE, {"undo": key})
    assert response["Location"] == f"{PAGE}?item_id={item_id}"
    assert shown(admin_client, response["Location"])[0] == item_id
    assert Judgement.objects.get().choice == "left"
    assert admin_client.post(PAGE, {"undo": key})["Location"] == PAGE
    assert Judgement.objects.count() == 1


def test_nobody_undoes_what_others_clicked(admin_client, differing, django_user_model):
    click(admin_client, "left")
    other = Client()
    other.force_login(django_user_model.objects.create_superuser("other"))
    assert not html.fromstring(other.get(PAGE).content).xpath("//button[@name='undo']")
    other.post(PAGE, {"undo": Judgement.objects.get().key})
    assert Judgement.objects.exists()


def test_two_clicks_on_one_page_are_one_judgement(admin_client, differing):
    token = shown(admin_client)[-1]
    for choice in ("left", "same"):
        admin_client.post(PAGE, {"page": token, "choice": choice})
    assert Judgement.objects.get().choice == "same"


def test_one_chooses_what_is_compared_and_stays_there(admin_client, differing):
    page = html.fromstring(admin_client.get(f"{PAGE}?against=cosine-manhattan").content)
    options = page.xpath("//select[@id='against']/option")
    assert [option.get("value") for option in options][:2] == ["previous", "cosine-euclidean"]
    assert [option.text for option in options if option.get("selected") is not None] == [
        "Cosine and Manhattan"
    ]
    assert options[0].text == "The live and the previous index"
    address = f"{PAGE}?against=cosine-manhattan&item_id=3"
    *_, back = click(admin_client, "right", address)
    assert back == f"{PAGE}?against=cosine-manhattan"
    kept = Judgement.objects.get()
    assert {side["metric"] for side in (kept.left, kept.right)} == {"cosine", "manhattan"}


def test_what_cannot_be_meant_is_refused_in_one_sentence(admin_client, differing):
    response = admin_client.get(f"{PAGE}?against=nobody")
    assert response.status_code == 400
    assert "against must be one of: previous, cosine-euclidean" in response.content.decode()
    assert admin_client.get(f"{PAGE}?item_id=nobody").status_code == 404
    token = shown(admin_client)[-1]
    for sent in (
        {"page": token, "choice": "up"}, {"page": token}, {"page": token + "x", "choice": "left"},
        {"choice": "left"}, {"undo": "x"}, {},
    ):  # fmt: skip
        assert admin_client.post(PAGE, sent).status_code == 400, sent
    assert not Judgement.objects.exists()


def test_a_form_without_its_token_changes_nothing(admin_user, admin_client, differing):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    sent = {"page": shown(admin_client)[-1], "choice": "left"}
    assert strict.post(PAGE, sent).status_code == 403
    assert not Judgement.objects.exists()


def test_staff_who_may_not_judge_see_no_buttons_and_are_refused(
    client, differing, django_user_model
):
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert "Your account may look, but not judge." in client.get(PAGE).content.decode()
    assert not html.fromstring(client.get(PAGE).content).xpath("//main//button[@name]")
    sent = {"page": shown(client)[-1], "choice": "left"}
    assert client.post(PAGE, sent).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_judgement"))
    assert client.post(PAGE, sent).status_code == 302


def test_the_results_tell_who_won_by_how_many_and_how_certain_that_is(admin_client, differing):
    assert "Nothing has been judged yet." in admin_client.get(RESULTS).content.decode()
    for number in range(4):
        item_id, *_, token = shown(admin_client)
        page = engine().live().neighbours(item_id, Metric.COSINE)
        live = {near.item_id for near in page}
        _, left, _right, token = shown(admin_client, f"{PAGE}?item_id={item_id}")
        choice = "same" if number == 3 else "left" if set(left) == live else "right"
        admin_client.post(PAGE, {"page": token, "choice": choice})
    (result,) = results()
    assert (result.wins["one"], result.wins["other"], result.wins["same"]) == (3, 0, 1)
    assert result.one.built_at == "2026-01-01T00:00:00+00:00"
    told = " ".join(html.fromstring(admin_client.get(RESULTS).content).text_content().split())
    assert "No clear winner yet" in told
    assert "in 100 % of the decided cases" in told
    assert "lies between 44 % and 100 %" in told


def test_a_clear_winner_is_named_and_what_has_left_the_shop_counts_no_more(admin_client, differing):
    for _ in range(5):
        click(admin_client, "left")
    Judgement.objects.update(left={**Judgement.objects.first().left, "version": "w"})
    Judgement.objects.update(right={**Judgement.objects.first().right, "version": "x"})
    built = Judgement.objects.first().left["built_at"][:16].replace("T", " ")
    assert (
        f"fake (cosine, built {built}) is preferred" in admin_client.get(RESULTS).content.decode()
    )
    Product.objects.update(hidden=True)
    assert "Nothing has been judged yet." in admin_client.get(RESULTS).content.decode()


def test_all_judgements_are_exported(admin_client, admin_user, differing):
    item_id, *_ = click(admin_client, "right")
    response = admin_client.get(CSV)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="judgements.csv"'
    (row,) = csv.DictReader(io.StringIO(response.content.decode()))
    assert (row["item_id"], row["choice"], row["judged_by"]) == (
        item_id, "right", admin_user.username,
    )  # fmt: skip


def test_nobody_keeps_it_and_crawlers_stay_away(admin_client, client, differing):
    for address in (PAGE, RESULTS, CSV):
        assert "no-store" in admin_client.get(address)["Cache-Control"]
        assert "private" in admin_client.get(address)["Cache-Control"]
    rules = Protego.parse(client.get("/robots.txt").content.decode())
    assert not rules.can_fetch(f"https://looks.example{RESULTS}", "any")


def test_without_an_index_there_is_nothing_to_judge_but_what_was_shown_is_kept(
    admin_client, differing, monkeypatch
):
    token = shown(admin_client)[-1]
    take_away()
    assert admin_client.get(PAGE).status_code == 503
    admin_client.post(PAGE, {"page": token, "choice": "left"})
    assert Judgement.objects.count() == 1
    assert admin_client.get(RESULTS).status_code == 200


def test_two_products_have_one_look_alike_each_and_nothing_to_judge(admin_client, live):
    Product.objects.exclude(item_id__in="01").update(hidden=True)
    assert "nothing left to judge" in admin_client.get(PAGE).content.decode()


def test_the_admin_leads_there(admin_client, live):
    assert f'href="{PAGE}"' in admin_client.get("/admin/").content.decode()


@pytest.mark.of_files  # in a database, the index is asked by queries, too
def test_it_costs_few_queries(admin_client, differing, django_assert_max_num_queries):
    for _ in range(3):
        click(admin_client, "left")
    with django_assert_max_num_queries(20):
        admin_client.get(PAGE)
    with django_assert_max_num_queries(6):
        admin_client.get(RESULTS)
