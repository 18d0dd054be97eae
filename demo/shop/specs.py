"""What the shop sells: shirts as data, all from one seed."""

import random
from dataclasses import dataclass, replace

from demo.shop.colours import COLOURS
from demo.shop.lettering import WORDS
from demo.shop.motifs import MOTIFS
from demo.shop.textures import TEXTURES

SEED = 2024
COUNT = 360
CATEGORIES = ("Women", "Men", "Kids", "Unisex")
_NAMES = (
    "Alma", "Bergen", "Cove", "Dune", "Elba", "Fjord", "Grove", "Harbour", "Isla", "Juno", "Kite",
    "Lark", "Maris", "Nook", "Orla", "Pine", "Quay", "Rio", "Sol", "Tarn", "Umber", "Vale", "Wren",
)  # fmt: skip
# What a title calls a texture, where that is another word.
_CALLED = {"stripes": "striped", "checks": "checked"}
# How many shirts of a hundred are of each kind.
_KINDS = ["motif"] * 56 + ["texture"] * 26 + ["lettering"] * 8 + ["plain"] * 10


@dataclass(frozen=True)
class ShirtSpec:
    """One shirt. At most one of motif, texture and lettering is given; none means plain.

    `motif`, `variation`, `texture` and `colour` are the ground truth. The titles of half of the
    shirts tell some of it, as in a real shop; else it is never sent to anybody who visits.
    """

    item_id: str
    title: str
    price: str
    category: str
    in_stock: bool
    seed: int
    colour: str
    motif: str = ""
    variation: int = 0
    texture: str = ""
    lettering: str = ""

    @property
    def design(self) -> str:
        """What makes two shirts alike besides colour: "cat", "stripes", "lettering", "plain"."""
        return self.motif or self.texture or ("lettering" if self.lettering else "plain")


def make_specs(seed: int = SEED, count: int = COUNT) -> list[ShirtSpec]:
    """`count` shirts, the same for the same seed; designs and colours in fair shares."""
    rng = random.Random(seed)
    numbers = rng.sample(range(100_000, 1_000_000), count)
    plain = [_spec(rng, str(number), place) for place, number in enumerate(numbers)]
    tells = random.Random(f"{seed} titles")
    return [replace(spec, title=_title(tells, spec)) for spec in plain]


def _title(tells: random.Random, spec: ShirtSpec) -> str:
    """As in "Alma tee, navy striped": half of the titles have the colour, half the design."""
    colour, design = tells.random() < 0.5, tells.random() < 0.5
    word = spec.motif or _CALLED.get(spec.texture, spec.texture)
    told = " ".join(filter(None, (spec.colour if colour else "", word if design else "")))
    return f"{spec.title}, {told}" if told else spec.title


def _spec(rng: random.Random, item_id: str, place: int) -> ShirtSpec:
    kind = _KINDS[place * 37 % len(_KINDS)]  # 37 has no factor in common with 100: all come round
    motif, texture, lettering = "", "", ""
    if kind == "motif":
        motif = rng.choice(list(MOTIFS))
    elif kind == "texture":
        texture = rng.choice(list(TEXTURES))
    elif kind == "lettering":
        lettering = rng.choice(WORDS)
    return ShirtSpec(
        item_id=item_id,
        title=f"{rng.choice(_NAMES)} {rng.choice(('tee', 'T-shirt', 'crew tee', 'cotton tee'))}",
        price=f"{rng.choice(range(14, 46))}.{rng.choice(('00', '50', '90', '95'))}",
        category=rng.choice(CATEGORIES),
        in_stock=rng.random() > 0.06,
        seed=rng.getrandbits(32),
        colour=rng.choice(list(COLOURS)),
        motif=motif,
        variation=rng.randrange(4),
        texture=texture,
        lettering=lettering,
    )
