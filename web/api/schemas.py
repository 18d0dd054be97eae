"""What the API's answers look like."""

from ninja import Schema


class Failure(Schema):
    """Whatever goes wrong, in one sentence."""

    error: str


class ProductFields(Schema):
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


class NeighbourFields(ProductFields):
    """A product, how far it is, how alike on a scale of 0 to 100, and why it is here.

    `copies`: how many of the same picture, or variants, stand behind it.
    """

    distance: float | None
    score: float | None
    because: str
    copies: int


class SimilarAnswer(Schema):
    """`query` is the product that was asked about, where it was one; nearest first."""

    query: str | None
    liked: list[str]
    disliked: list[str]
    metric: str
    embedder: str
    indexed: bool
    neighbours: list[NeighbourFields]


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
    neighbours: str


class Status(Schema):
    """Which index answers, and how many products there are; without an index, null."""

    products: int
    index: IndexFields | None
