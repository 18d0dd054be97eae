"""Whatever stands behind the question mark of a page, it is a page or a calm refusal."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NARROW = "q category shop price_from price_to in_stock in_colour"
ALIKE = f"{NARROW} metric k crop liked disliked diversity colour min_score distances measured"
# What each page takes.
PATHS = {
    "/products/0/": f"{ALIKE} page trail tune", "/browse/": f"{NARROW} order page", "/picture/": ALIKE,
    "/compare/0/": "left right metric", "/why/0/": "like pictures", "/why.webp/0/": "like pictures v",
    "/map/": "q category x y zoom colours",
}  # fmt: skip
# What each field may be; a question has some of these, and now and then something else.
SOUND = {
    "q": "hats", "category": "hats", "shop": "local", "price_from": "1", "price_to": "90.5",
    "in_stock": "on", "in_colour": "red", "metric": "manhattan", "k": "7", "crop": "0,0,0.5,1",
    "liked": "1", "disliked": "2", "diversity": "0.5", "colour": "0.5", "min_score": "20",
    "trail": "3", "tune": "on", "distances": "on", "left": "fake", "right": "fake", "like": "3",
    "measured": "on", "pictures": "1-1",
    "order": "-price", "page": "1", "v": "0", "x": "1", "y": "2", "zoom": "3", "colours": "on",
}  # fmt: skip
JUNK = st.one_of(st.sampled_from(["", "nan", "-1", "1e400"]), st.text(max_size=40))


def questions(names):
    sound = sorted((name, SOUND[name]) for name in names.split())
    return st.one_of(
        st.lists(st.sampled_from(sound), max_size=8),
        st.lists(st.sampled_from(sound), max_size=4).flatmap(
            lambda some: st.tuples(st.sampled_from([*SOUND]), JUNK).map(lambda odd: [*some, odd])
        ),
    )


def asked(pairs):
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    return query


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_page_answers_any_question_calmly(client, live, path):
    @settings(max_examples=80, database=None, suppress_health_check=list(HealthCheck))
    @given(questions(PATHS[path]))
    def ask(pairs):
        response = client.get(path, asked(pairs))
        assert response.status_code in (200, 400, 404, 503)
        if response.status_code != 200 and path != "/why.webp/0/":
            assert b"<h1>" in response.content

    ask()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_form_of_a_picture_takes_any_fields_calmly(client, live, folder):
    data = (folder / "hats" / "3.jpg").read_bytes()

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(questions(ALIKE), st.booleans())
    def ask(pairs, whole):
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("a.jpg", data if whole else data[:200])
        response = client.post("/picture/", asked(pairs) | {"picture": file})
        assert response.status_code in (200, 400, 404)

    ask()
