"""Of a product's nearest that are all at no distance, which it is told to be the same as first."""

from recommender.engines.contract import Index, point_of
from recommender.index.duplicates import EQUAL, in_common
from recommender.index.point import Point
from recommender.index.similarity_index import Neighbour


def equally_near(index: Index, point: Point, near: list[Neighbour]) -> list[Neighbour]:
    """The nearest; where several share a picture with the point, all of these, in the order in
    which a build brings them together. `near`: nearest first."""
    sharing = [neighbour for neighbour in near if neighbour.distance <= EQUAL]
    if len(sharing) < 2:
        return near[:1]

    def shared(neighbour: Neighbour) -> tuple[bool, int]:
        return in_common(point.vectors, point_of(index, neighbour.item_id).vectors)

    return sorted(sharing, key=shared, reverse=True)
