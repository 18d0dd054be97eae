"""`{% load keeping %}{% keep a b %}…{% endkeep %}`: a part of a page, drawn once for each value.

What stands between the tags is told these values alone, of all that its page is told: it may
depend on them, the language, the site's prefix and the settings.
"""

from typing import Any
from weakref import WeakSet

from django import template
from django.core.signals import setting_changed
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, Variable
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# Drawings of one part at most; then it begins anew.
MOST = 500


class KeptPart(Node):
    """Lasts as long as its template does, which the cached loader keeps."""

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values
        self.drawn: dict[Any, SafeString] = {}
        _parts.add(self)

    def render(self, context: Context) -> SafeString:
        values = [value.resolve(context) for value in self.values]
        key = (get_language(), get_script_prefix(), context.autoescape, *values)
        drawn = self.drawn.get(key)
        if drawn is None:
            if len(self.drawn) >= MOST:
                self.drawn.clear()
            drawn = self.drawn[key] = self.nodelist.render(self._alone(context))
        return drawn

    def _alone(self, context: Context) -> Context:
        """A context of what the values are of: `network`, where one is `network.manifest`."""
        variables = [value.var for value in self.values if isinstance(value.var, Variable)]
        names = {variable.lookups[0] for variable in variables if variable.lookups}
        return context.new({name: context[name] for name in names if name in context})


_parts: WeakSet[KeptPart] = WeakSet()


@register.tag
def keep(parser: Parser, token: Token) -> KeptPart:
    """The tag; its values have to be hashable."""
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeptPart(nodelist, values)


@register.filter
def typed(controls: Any) -> tuple[tuple[str, str], ...]:
    """What a form's controls show: their names and what was typed into them."""
    return tuple((control.name, control.value) for control in controls)


def _forget(**_more: object) -> None:
    for part in list(_parts):
        part.drawn.clear()


# Sent by tests that change a setting; outside them, settings stay as they are.
setting_changed.connect(_forget)
