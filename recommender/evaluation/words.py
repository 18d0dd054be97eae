"""How well words for looks find products that nothing was learnt from, as lines of a table."""

from collections.abc import Iterator

from recommender.index.words import Word, Words

# Lines of words; a program is told all.
SHOWN = 24
TITLE = 44


def lines(words: Words | None) -> Iterator[str]:
    """A heading and a line a word, the most common first; nothing where nothing was tried."""
    if words is None or not words.about.tried:
        return
    offered, tried = len(words.offered), words.about.tried
    yield f"Words for looks: {offered} of {tried} hold up, asked for held-out products"
    yield from map(_line, words.offered[:SHOWN])
    if offered > SHOWN:
        yield f"  … {offered - SHOWN} more: --json FILE has all"


def _line(word: Word) -> str:
    limits = f"{100 * word.low:.0f} to {100 * word.high:.0f}"
    cells = f"{100 * word.precision:.0f} %", limits, f"{100 * word.by_chance:.1f} %"
    return f"  {word.text:<{TITLE - 2}}{cells[0]:>9}  {cells[1]:>16}  {cells[2]:>9}"
