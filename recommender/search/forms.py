"""From text, as a query string or a command line gives it, to a Query."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.forms import FilterForm
from catalog.models import composed
from recommender.index.metrics import Metric
from recommender.live.worker_threads import Lane, beside
from recommender.search.errors import BadQuery, KOutOfRange, NotAForm, TooLarge
from recommender.search.query import (
    COLOUR_RULE,
    CROP_RULE,
    DIVERSITY_RULE,
    FEW,
    MAX_NAMED,
    MIN_SCORE_RULE,
    MOST,
    NAMED_RULE,
    Crop,
    Query,
    metric_named,
)

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
K_RULE = lazy(lambda: str(KOutOfRange(None, MOST)), str)()


def all_say(rule: Any) -> dict[str, Any]:
    """Error messages of a number's field: the rule, whatever is wrong."""
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), rule)


class IdsField(forms.Field):
    """item_ids, one each time the field is named."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> tuple[str, ...]:
        ids = [composed(str(item_id)) for item_id in value or ()]
        if len(ids) > MAX_NAMED:
            raise ValidationError(NAMED_RULE)
        return tuple(dict.fromkeys(ids))


class CropField(forms.Field):
    """Four shares with commas between them."""

    def clean(self, value: Any) -> Crop | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            left, top, right, bottom = (float(share) for share in text.split(","))
            return Crop(left, top, right, bottom)
        except (ValueError, BadQuery):
            raise ValidationError(CROP_RULE) from None


class SimilarForm(FilterForm):
    """All that a Query can ask; each field has a default, and none is bent into shape."""

    NUMBERS = (*FilterForm.NUMBERS, "diversity", "colour", "min_score")

    metric = forms.CharField(required=False)
    k = forms.IntegerField(min_value=1, max_value=MOST, error_messages=all_say(K_RULE))
    url = forms.CharField(required=False, max_length=2000)
    crop = CropField(required=False)
    liked = IdsField(required=False)
    disliked = IdsField(required=False)
    diversity = forms.FloatField(
        required=False, min_value=0, max_value=1, error_messages=all_say(DIVERSITY_RULE)
    )
    colour = forms.FloatField(
        required=False, min_value=0, max_value=1, error_messages=all_say(COLOUR_RULE)
    )
    min_score = forms.FloatField(
        required=False, min_value=0, max_value=100, error_messages=all_say(MIN_SCORE_RULE)
    )

    def __init__(self, given: QueryDict | Mapping[str, Any]) -> None:
        data = given.copy() if isinstance(given, QueryDict) else dict(given)
        data.setdefault("metric", Metric.COSINE.value)
        data.setdefault("k", str(FEW))
        super().__init__(data)

    def clean_metric(self) -> Metric:
        try:
            return metric_named(self.cleaned_data["metric"])
        except BadQuery as error:
            raise ValidationError(str(error)) from error

    def liked_ids(self) -> tuple[str, ...]:
        """The liked products that were named; none of a form that is not valid."""
        return self.cleaned_data.get("liked", ()) if self.is_valid() else ()

    def query(self, **asked: Any) -> Query:
        """The query of the fields, and of what is `asked` before them; raises BadQuery."""
        if not self.is_valid():
            raise BadQuery(self.sentence())
        given = self.cleaned_data
        fields = {
            "liked": given["liked"],
            "disliked": given["disliked"],
            "url": given["url"],
            "crop": given["crop"],
            "filters": self.filters(),
            "metrics": (given["metric"],),
            "k": given["k"],
            "diversity": given["diversity"] or 0.0,
            "min_score": given["min_score"] or 0.0,
            "colour": given["colour"] or 0.0,
        }
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
        return beside(Lane.PICTURES, getattr, request, "POST")
    except RequestDataTooBig:  # of what is no file
        raise BadQuery(str(NO_FILE_NAME)) from None
    except MultiPartParserError:
        raise BadQuery(str(PICTURE_RULE)) from None
