"""Whatever stands behind the question mark of a page, it is a page or a calm refusal."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATHS = ("/products/0/", "/browse/", "/picture/", "/compare/0/", "/why/0/", "/why.webp/0/", "/map/")
NAMES = (
    "q", "category", "shop", "price_from", "price_to", "in_stock", "in_colour", "metric", "k", "crop",
    "liked", "disliked", "diversity", "colour", "min_score", "trail", "tune", "distances", "left",
    "right", "like", "sort", "page", "v",
)  # fmt: skip
SOUND = (
    "",
    "0",
    "1",
    "3",
    "on",
    "cosine",
    "fake",
    "0.5",
    "hats",
    "red",
    "0,0,1,1",
    "50",
    "-1",
    "nan",
)
VALUES = st.one_of(st.sampled_from(SOUND), st.text(max_size=40), st.integers().map(str))
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)


def asked(pairs):
    query = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    return query


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_page_answers_any_question_calmly(client, live, path):
    @settings(max_examples=80, database=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES)
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
    @given(QUERIES, st.booleans())
    def ask(pairs, whole):
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("a.jpg", data if whole else data[:200])
        response = client.post("/picture/", asked(pairs) | {"picture": file})
        assert response.status_code in (200, 400, 404)

    ask()
