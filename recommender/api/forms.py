"""What may stand behind the question mark."""

from django import forms
from django.http import QueryDict

from recommender.index.metrics import Metric
from recommender.index.similarity_index import K

METRICS = ", ".join(Metric)


class SimilarForm(forms.Form):
    """`metric` and `k` of the API; each has a default, and neither is bent into shape."""

    metric = forms.ChoiceField(
        choices=[(metric.value, metric.value) for metric in Metric],
        error_messages={
            "required": f"metric must be one of {METRICS}.",
            "invalid_choice": f"metric must be one of {METRICS}, not “%(value)s”.",
        },
    )
    k = forms.IntegerField(
        min_value=1,
        max_value=K,
        error_messages={
            "required": f"k must be a whole number between 1 and {K}.",
            "invalid": f"k must be a whole number between 1 and {K}.",
            "min_value": f"k must be a whole number between 1 and {K}.",
            "max_value": f"k must be a whole number between 1 and {K}.",
        },
    )

    @classmethod
    def of(cls, query: QueryDict) -> "SimilarForm":
        return cls({"metric": Metric.COSINE, "k": 5} | query.dict())

    def sentence(self) -> str:
        """The first error."""
        return next(str(messages[0]) for messages in self.errors.values())
