"""Builds for tests, with the fake network."""

from recommender.building import build as building


def build(source, **options):
    """Plans, embeds and finishes a build."""
    plan = building.plan(source, **options)
    list(building.embed(plan))
    return building.finish(plan)
