"""`{% load shares %}{{ 0.642|percent }}`: a share as people read it, "64 %"."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """To whole percents; below ten with one place."""
    number = 100 * share
    return f"{number:.0f} %" if number >= 10 or number == 0 else f"{number:.1f} %"
