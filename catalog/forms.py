"""What may stand behind the question mark of /browse/."""

from django import forms


class BrowseForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)
    category = forms.CharField(required=False, max_length=200)
    page = forms.IntegerField(required=False, min_value=1)
