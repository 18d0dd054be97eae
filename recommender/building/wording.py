"""Words for looks, learnt of an index from the titles that its products have today."""

from collections.abc import Sequence

import numpy as np

from catalog.models import Product, folded
from recommender.index.similarity_index import SimilarityIndex
from recommender.index.word_lessons import Titled, name_of, rows_to_learn_from, words_in
from recommender.index.words import Words

AT_ONCE = 500


def words_of(index: SimilarityIndex) -> Words:
    """What the titles of its products teach."""
    rows = rows_to_learn_from(len(index))
    titles, things = _titles_and_things(index, rows)
    return words_in(Titled(np.asarray(index.embeddings[rows]), titles, things))


def are_of_today(index: SimilarityIndex) -> bool:
    """Whether the index's words were learnt from the titles that its products have now."""
    if index.words is None:
        return False
    titles, _ = _titles_and_things(index, rows_to_learn_from(len(index)))
    return index.words.about.titles == name_of(titles)


def _titles_and_things(index: SimilarityIndex, rows: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Titles, folded, "" for none; and a number each, the same for variants and one picture."""
    ids = [str(item_id) for item_id in index.item_ids[rows]]
    known = _in_catalogue(ids)
    hashes = [value.decode() for value in index.content_hashes[rows]]
    things = [
        known.get(item_id, ("", ""))[1] or content_hash
        for item_id, content_hash in zip(ids, hashes, strict=True)
    ]
    titles = [folded(known.get(item_id, ("", ""))[0]) for item_id in ids]
    return titles, np.unique(np.array(things, dtype=str), return_inverse=True)[1]


def _in_catalogue(item_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """item_id -> its title, and its group among all shops'; "" for none."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(item_ids), AT_ONCE):
        some = Product.objects.filter(item_id__in=item_ids[start : start + AT_ONCE])
        for item_id, title, shop, group in some.values_list("item_id", "title", "shop", "group"):
            found[item_id] = (title, f"{shop}\n{group}" if group else "")
    return found
