"""What the API's answers look like."""

from ninja import Schema


class Failure(Schema):
    """Whatever goes wrong, in one sentence."""

    error: str


class TileFields(Schema):
    """What a tile shows, so many pixels wide."""

    width: int
    url: str


class ProductFields(Schema):
    """A product. `picture_url` is its whole picture; `tile_url` what a card of four by five shows;
    `thumbnail_url` the whole picture in a square of 250 pixels, on white.

    `tiles`: the same in all widths, for srcset. `focus`: where a card cuts one of another shape, in
    per cent of both axes as CSS's object-position says it; null where that is not known.
    """

    item_id: str
    title: str
    price: str | None
    currency: str
    category: str
    group: str
    in_stock: bool | None
    product_url: str
    thumbnail_url: str
    picture_url: str
    tile_url: str
    tiles: list[TileFields]
    focus: int | None


class NeighbourFields(ProductFields):
    """A product, how far it is, how alike on a scale of 0 to 100, and why it is here.

    `copies`: how many of the same picture, or variants, stand behind it. `points`: those that it
    has for facts beside its score, by fact; there where such weights are asked for. `picture`:
    which of its pictures is the near one, from 1 on; the addresses are those of that.
    `matches_picture`: which picture of the product that was asked about it is near to; null where
    something else was asked about, or nothing was compared. `way`: which of two that are compared
    has put it here, one, other or none (""), where clicks are counted.
    """

    distance: float | None
    score: float | None
    because: str
    copies: int
    picture: int = 1
    matches_picture: int | None = 1
    points: dict[str, float] | None = None
    way: str | None = None


class ClicksFields(Schema):
    """Where to tell what was seen and clicked, and of which comparison, 0 for none."""

    address: str
    trial: int


class SimilarAnswer(Schema):
    """`query` is the product that was asked about, where it was one; nearest first.

    `exact`: no nearer product can have been missed; else `recall` is the share of the five nearest
    that is found, as it was measured.
    """

    query: str | None
    liked: list[str]
    disliked: list[str]
    metric: str
    embedder: str
    indexed: bool
    exact: bool
    recall: float
    neighbours: list[NeighbourFields]
    clicks: ClicksFields | None = None


class ProductPage(Schema):
    """A page of products: `count` are all of them, on `pages` pages, of which this is `page`.

    `next` and `previous` are the addresses of the pages beside it, below the site's own, or null.
    """

    count: int
    page: int
    pages: int
    next: str | None
    previous: str | None
    products: list[ProductFields]


class IndexFields(Schema):
    """What the live index holds, and what made it."""

    embedder: str
    layer: str
    weights_sha256: str
    built_at: str
    count: int
    list_method: str
    list_recall: float
    precision: str
    search_method: str
    recall: float


class Status(Schema):
    """Which index answers, and how many products there are; without an index, null."""

    products: int
    index: IndexFields | None


class WrittenProduct(Schema):
    """A product that was put in, changed or removed.

    `state`: waiting, done (`reason` names pictures that could not be had), failed (`reason` says
    why, and it is tried again a few times) or withdrawn. `searchable`: whether it is found by its
    looks now. `change`: where to ask again.
    """

    item_id: str
    state: str
    searchable: bool
    reason: str
    change: str | None


class WrittenProducts(Schema):
    """Many products that were put in."""

    products: list[WrittenProduct]


class WebhookTaken(Schema):
    """How many products a webhook told of, and how many are gone."""

    taken: int
    gone: int
