"""Words for looks, on the drawn shop whose truth is known: `python -m benchmarks.words`.

Half of the shirts' titles tell the design, half the colour. Each word that is offered asks for
shirts whose titles do not have it: how many of the first five are so all the same? Beside it the
regression the other way round, from words to vectors, and what chance finds. Then the time that it
takes to learn 2,000 words of 11,556 products.
"""

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.figures import figure
from catalog.thumbnails import make_picture
from demo.shop.drawing import draw_shirt
from demo.shop.specs import ShirtSpec, make_specs
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from recommender.index.projection import Projection, Provenance, mean_of
from recommender.index.word_lessons import Titled, words_in
from recommender.index.words import Words, tokens, unit

FIRST, RIDGE, REPEATS = 5, 1.0, 3
PRODUCTS, WORDS, DIMENSION = 11_556, 2_000, 2_000
CALLED = {"striped": "stripes", "checked": "checks"}


def main() -> None:
    specs = make_specs()
    vectors, titles = vectors_of(specs), [spec.title.lower() for spec in specs]
    words = words_in(Titled(vectors, titles, np.arange(len(specs))))
    truth = [(spec.design, spec.colour) for spec in specs]
    known = {name for pair in truth for name in pair}
    asked = [word.text for word in words.offered if CALLED.get(word.text, word.text) in known]
    print(f"{len(words.offered)} words offered of {words.about.tried}, {len(asked)} of them true")
    there = np.array([[CALLED.get(word, word) in pair for pair in truth] for word in asked])
    said = np.array([[word in tokens(title) for title in titles] for word in asked])
    ours = right(lambda word: words.direction(word), asked, vectors, there, said)
    other_way = from_words(vectors, said)
    theirs = right(lambda word: other_way[asked.index(word)], asked, vectors, there, said)
    figure(
        f"of the first {FIRST} shirts whose titles do not have a word, those that are so",
        ours, "share",
        {"a regression from words to vectors": theirs, "chance": float(there[~said].mean())},
    )  # fmt: skip
    figure(f"learning {WORDS:,} words of {PRODUCTS:,} products", fit_times(), "s")


def vectors_of(specs: list[ShirtSpec]) -> np.ndarray:
    """(n, d) float32 of the shirts as the catalogue keeps them."""
    with tempfile.TemporaryDirectory() as nowhere:
        embedder = choose("efficientnet-lite2", Places(Path(nowhere)), "openvino").load()
    features = embedder.embed([embedder.decode(picture(spec)) for spec in specs])
    about = Provenance("", "", "", embedder.spec.parts)
    return Projection(about, mean_of(features, about.parts))(features)


def picture(spec: ShirtSpec) -> bytes:
    buffer = io.BytesIO()
    draw_shirt(spec).save(buffer, "JPEG", quality=92)
    return make_picture(buffer.getvalue())


def right(
    direction: Callable[[str], np.ndarray], asked: list[str], vectors: np.ndarray,
    there: np.ndarray, said: np.ndarray,
) -> float:  # fmt: skip
    """The share of the first that are what the word says, among those that do not say so."""
    found = []
    for word, is_so, says_so in zip(asked, there, said, strict=True):
        silent = np.flatnonzero(~says_so)
        first = silent[np.argsort(-unit(vectors[silent]) @ direction(word))[:FIRST]]
        found.append(is_so[first].mean())
    return float(np.mean(found))


def from_words(vectors: np.ndarray, said: np.ndarray) -> np.ndarray:
    """(w, d) the effect of each word on the vector, by ridge regression."""
    has = said.T - said.T.mean(axis=0)
    inner = has.T @ has + RIDGE * np.eye(has.shape[1])
    return np.asarray(np.linalg.solve(inner, has.T @ (vectors - vectors.mean(axis=0))))


def fit_times() -> list[float]:
    """Seconds to learn, each time; made-up vectors, eight words a title."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((PRODUCTS, DIMENSION), np.float32)
    names = [f"w{''.join(chr(97 + int(d)) for d in f'{number:04}')}" for number in range(WORDS)]
    titles = [", ".join(names[n] for n in random.choice(WORDS, 8, False)) for _ in range(PRODUCTS)]
    return [seconds(vectors, titles) for _ in range(REPEATS)]


def seconds(vectors: np.ndarray, titles: list[str]) -> float:
    start = time.perf_counter()
    found: Words = words_in(Titled(vectors, titles, np.arange(len(titles))))
    took = time.perf_counter() - start
    if found.about.tried != WORDS:
        raise SystemExit(f"{found.about.tried} words were tried, not {WORDS}.")
    return took


if __name__ == "__main__":
    main()
