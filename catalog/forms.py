"""What may stand behind the question mark of /browse/."""

from django import forms
from django.core.exceptions import ValidationError

MOST_WORDS = 8
LAST_PAGE = 1_000_000


class BrowseForm(forms.Form):
    """Bounded, so that no search costs more than its answer."""

    q = forms.CharField(required=False, max_length=200)
    category = forms.CharField(required=False, max_length=200)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE)

    def clean_q(self) -> str:
        words = str(self.cleaned_data["q"])
        if len(words.split()) > MOST_WORDS:
            raise ValidationError(f"At most {MOST_WORDS} words can be searched for at once.")
        return words

    def sentence(self) -> str:
        """The first thing that is wrong, with the field's name."""
        field, messages = next(iter(self.errors.items()))
        return f"{field}: {messages[0]}"
