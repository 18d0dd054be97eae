"""A table to go on with in a spreadsheet."""

import io
from collections.abc import Callable
from typing import TextIO

from django.http import HttpResponse


def csv_answer(name: str, write: Callable[[TextIO], None]) -> HttpResponse:
    """What `write` puts into a text file, as a CSV file of that name to keep."""
    file = io.StringIO()
    write(file)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
