"""`{% load to_type %}{{ "python manage.py migrate"|to_type }}`: a command as one types it here."""

from django import template

from runs.to_type import to_type

register = template.Library()
register.filter("to_type", to_type)
