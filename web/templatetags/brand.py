"""`{% load brand %}`: the shop's name, logo and colour, in pages with a request and without."""

from django import template

from web import brand

register = template.Library()
register.simple_tag(brand.name, name="shop_name")
register.simple_tag(brand.logo_address, name="shop_logo")
register.simple_tag(brand.accent_address, name="shop_colours")
register.simple_tag(brand.logo_width, name="shop_logo_width")
