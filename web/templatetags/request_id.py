"""`{% load request_id %}`: the number of the request, as the log has it."""

from django import template

from web.request_id import request_id

register = template.Library()
register.simple_tag(request_id, name="request_id")
