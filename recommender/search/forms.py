"""From text, as a query string or a command line gives it, to a Query."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, KOutOfRange
from recommender.search.query import FEW, MOST, Query, metric_named

K_RULE = str(KOutOfRange(None, MOST))


class SimilarForm(forms.Form):
    """`metric` and `k`; each has a default, and neither is bent into shape."""

    metric = forms.CharField(required=False)
    k = forms.IntegerField(error_messages={"required": K_RULE, "invalid": K_RULE})

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__({"metric": Metric.COSINE, "k": FEW} | given)

    def clean_metric(self) -> Metric:
        try:
            return metric_named(self.cleaned_data["metric"])
        except BadQuery as error:
            raise ValidationError(str(error)) from error

    def query(self, **asked: Any) -> Query:
        """The query about what is `asked`; raises BadQuery with the first thing that is wrong."""
        if not self.is_valid():
            raise BadQuery(next(str(messages[0]) for messages in self.errors.values()))
        return Query(metrics=(self.cleaned_data["metric"],), k=self.cleaned_data["k"], **asked)
