import pytest

from runs.cells import harmless


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\nTee", "  =1", "\u00a0=1", "\u3000=1", "＝1",
     "＋1", "－1", "＠1", " ＝1", "\ufeff=1", "\u200b=1", "\x0b=1"],
)  # fmt: skip
def test_what_a_spreadsheet_takes_for_a_formula_becomes_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Tee", " Tee", "A=1", "Größe", "5-7", "’=", "'=1"])
def test_other_cells_stay_as_they_are(text):
    assert harmless(text) == text
