"""The form of the admin where two ways to answer are set against each other."""

from typing import Any

from django import forms
from django.conf import settings

from recommender.models import Trial
from recommender.search import trials
from recommender.search.errors import SearchError


class TrialForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Takes only two ways that can answer now, and that differ; and while clicks are counted."""

    class Meta:
        model = Trial
        fields = ("name", "one", "other", "running")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("running") and not settings.COUNT_CLICKS:
            raise forms.ValidationError("No clicks are counted: set COUNT_CLICKS=True first.")
        if "one" in self.fields:
            try:
                trials.check(given.get("one", ""), given.get("other", ""))
            except SearchError as error:
                raise forms.ValidationError(str(error)) from error
        return given
