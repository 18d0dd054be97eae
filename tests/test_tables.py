"""What is made of the tables of fields is as they say."""

import pytest

from tests.tables import PARTS, ROOT, as_made


@pytest.mark.parametrize("name", PARTS)
def test_a_file_is_what_its_table_says(name):
    assert (ROOT / name).read_text() == as_made(name), "write it again with `make tables`"
