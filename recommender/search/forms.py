"""From text, as a query string or a command line gives it, to a Query."""

from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.fields import FILTERS
from catalog.forms import FilterForm
from recommender.live.worker_threads import Lane, beside
from recommender.search.errors import BadQuery, NotAForm, TooLarge
from recommender.search.fields import SIMILAR
from recommender.search.query import Query

MAX_MEGABYTES = 10
PICTURE_RULE = format_lazy(
    gettext_lazy("Send a picture of at most {most} MB, as the file “picture” of a multipart form."),
    most=MAX_MEGABYTES,
)
NO_FILE_NAME = gettext_lazy(
    "The part “picture” came without a file name: send it as a file, with filename=… in its header."
)
# The content types of forms; none at all is a request without a body.
FORMS = ("", "multipart/form-data", "application/x-www-form-urlencoded")


class SimilarForm(FilterForm):
    """All that a Query can ask; each field has a default, and none is bent into shape."""

    TABLE = SIMILAR

    def liked_ids(self) -> tuple[str, ...]:
        """The liked products that were named; none of a form that is not valid."""
        return self.cleaned_data.get("liked", ()) if self.is_valid() else ()

    def query(self, **asked: Any) -> Query:
        """The query of the fields, and of what is `asked` before them; raises BadQuery."""
        if not self.is_valid():
            raise BadQuery(self.sentence())
        own = [field.name for field in self.TABLE if field not in FILTERS]
        fields = {name: self.cleaned_data[name] for name in own}
        fields |= {"metrics": (fields.pop("metric"),), "filters": self.filters()}
        return Query(**fields | asked)


class PictureForm(forms.Form):
    """An uploaded picture. It is read from memory, and not kept."""

    picture = forms.FileField()

    def clean_picture(self) -> bytes:
        file = self.cleaned_data["picture"]
        if file.size > MAX_MEGABYTES * 2**20:
            raise TooLarge
        return bytes(file.read())


def picture_of(request: HttpRequest) -> bytes:
    """The bytes of the uploaded picture; raises BadQuery, TooLarge or NotAForm."""
    fields = fields_of(request)
    form = PictureForm({}, request.FILES)
    if form.is_valid():
        return bytes(form.cleaned_data["picture"])
    if form.has_error("picture", "empty"):
        raise BadQuery(_("The file is empty."))
    if fields.get("picture") == "":  # as a browser's form sends it where no file was chosen
        raise BadQuery(_("Choose a picture first."))
    raise BadQuery(str(NO_FILE_NAME if "picture" in fields else PICTURE_RULE))


def fields_of(request: HttpRequest) -> QueryDict:
    """The fields of a form that was sent, beside its files; raises BadQuery or NotAForm.

    To take a form of 10 MB apart is work of its own.
    """
    kind = request.content_type or ""
    if kind.startswith("image/") or kind == "application/octet-stream":
        raise NotAForm(
            _("Do not send the picture alone as the body. %(rule)s") % {"rule": PICTURE_RULE}
        )
    if kind not in FORMS:
        raise NotAForm(str(PICTURE_RULE))
    try:
        return beside(Lane.PICTURES, lambda: request.POST)
    except RequestDataTooBig:  # of what is no file
        raise BadQuery(str(NO_FILE_NAME)) from None
    except MultiPartParserError:
        raise BadQuery(str(PICTURE_RULE)) from None
