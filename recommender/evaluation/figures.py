"""All figures that there are: what each is called, what it means, and how it is worked out.

Terminal, JSON and report are made of this table; docs/evaluate.md says more.
"""

from dataclasses import dataclass
from enum import StrEnum

from recommender.evaluation.bootstrap import Statistic, largest, macro_mean, mean, skewness
from recommender.index.metrics import Metric

# How many neighbours a page shows.
SHOWN = 5


class Better(StrEnum):
    """Which way a figure should go."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Section(StrEnum):
    """What belongs together; the value is its heading."""

    CATEGORIES = "Categories: do the nearest belong to the product's own?"
    COPIES = "Altered pictures: is the original found first?"
    HELD_OUT = "Altered in ways that nothing is learnt from"
    VARIANTS = "Variants of one product"
    DUPLICATES = "Duplicates: are they really the same?"
    TOGETHER = "The five, and the catalogue as a whole"


@dataclass(frozen=True)
class Figure:
    """One figure: the share of something, unless it is a plain `number` of so many decimals."""

    key: str
    title: str
    meaning: str
    section: Section
    better: Better = Better.HIGHER
    statistic: Statistic = mean
    number: int | None = None

    def as_text(self, value: float) -> str:
        """As a table shows it: "84.4 %", or "1.52"."""
        return f"{100 * value:.1f} %" if self.number is None else f"{value:.{self.number}f}"

    def difference_as_text(self, value: float) -> str:
        """With its sign; of a share, in points: "+1.2"."""
        digits = 1 if self.number is None else self.number
        rounded = round(100 * value if self.number is None else value, digits) + 0.0  # no "-0.0"
        return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"


def _categories() -> list[Figure]:
    at = {1: "The nearest one", 5: "The five nearest", 10: "The ten nearest"}
    of_all = [
        Figure(
            f"precision_at_{k}", f"{title} (P@{k})",
            "How many of them are of the product's category.", Section.CATEGORIES,
        )
        for k, title in at.items()
    ]  # fmt: skip
    others = [
        Figure(
            f"precision_at_5_{metric}", f"The five nearest, {metric}",
            "The same under another metric.", Section.CATEGORIES,
        )
        for metric in (Metric.EUCLIDEAN, Metric.MANHATTAN)
    ]  # fmt: skip
    return [
        *of_all,
        Figure(
            "macro_precision_at_5", "The five, by category (macro P@5)",
            "The mean of the categories' own: a small one weighs as much as a large one.",
            Section.CATEGORIES, statistic=macro_mean,
        ),
        Figure(
            "map_at_100", "The hundred nearest, in order (mAP@100)",
            "High only where those of the category come before the others.", Section.CATEGORIES,
        ),
        *others,
    ]  # fmt: skip


# Each kind of altered copy: what it is called, and what is done to the picture.
COPIES = {
    "mild": ("Mild", "Edges cut, mirrored, lighter, saved again."),
    "hard": ("Hard", "60 % of it, mirrored, darker, saved badly."),
    "backdrop": ("Another backdrop", "Its middle in another picture's frame."),
    "white": ("On plain white", "Its middle on white."),
    "blurred": ("Blurred", "Out of focus."),
    "turned": ("Turned", "By 8 degrees."),
    "overlaid": ("With words on it", "A band with a text over its lower third."),
    "grey": ("Grey", "Without its colours."),
}


def copies(name: str, held_out: bool) -> Figure:
    """The figure of a kind of altered copies."""
    title, meaning = COPIES.get(name, (name.capitalize(), "Altered."))
    section = Section.HELD_OUT if held_out else Section.COPIES
    return Figure(f"copy_{name}", title, meaning, section)


def _duplicates() -> list[Figure]:
    found = []
    for name, title in (("same", "The same picture"), ("similar", "Nearly the same")):
        found += [
            Figure(
                f"{name}_of_one_category", f"{title}: of one category",
                "Of the groups that are called so, how many are of one category throughout.",
                Section.DUPLICATES,
            ),
            Figure(
                f"{name}_of_one_group", f"{title}: variants of one product",
                "Of the groups that are called so, how many are variants of one product.",
                Section.DUPLICATES, Better.NEITHER,
            ),
        ]  # fmt: skip
    return [
        *found,
        Figure(
            "saved_within_same", "Saved again: called the same picture",
            "Copies that only were saved again, or smaller, and are called the same.",
            Section.DUPLICATES,
        ),
        Figure(
            "retouched_within_similar", "Retouched: called nearly the same",
            "Copies with trimmed edges, or lighter, within the threshold.", Section.DUPLICATES,
        ),
    ]  # fmt: skip


_TOGETHER = (
    Figure(
        "never_shown", "Never shown", "Products that are in no other product's five.",
        Section.TOGETHER, Better.LOWER,
    ),
    Figure(
        "most_shown", "The one most shown", "In how many products' five it stands.",
        Section.TOGETHER, Better.LOWER, largest, 0,
    ),
    Figure(
        "skewness", "Skew of how often each is shown",
        "0 where all are shown alike; above 2, some crowd out the others.",
        Section.TOGETHER, Better.LOWER, skewness, 2,
    ),
    Figure(
        "diversity", "How unlike the five are among themselves",
        "0 where they are one picture, 1 where they differ as any two products do.",
        Section.TOGETHER, Better.NEITHER, number=2,
    ),
    Figure(
        "agreement", "The metrics agree",
        "What cosine's, euclidean's and manhattan's five share.", Section.TOGETHER, Better.NEITHER,
    ),
    Figure(
        "colour_distance", "Colour of the five (ΔE)",
        "How far apart the middles' mean colours are; 2 is just seen, 50 is another colour.",
        Section.TOGETHER, Better.LOWER, number=1,
    ),
)  # fmt: skip

_VARIANTS = Figure(
    "variants_found",
    "Found among the five",
    "How many of a product's other variants its five hold, of those that fit in.",
    Section.VARIANTS,
)

FIXED: tuple[Figure, ...] = (*_categories(), _VARIANTS, *_duplicates(), *_TOGETHER)
