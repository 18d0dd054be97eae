"""Each system and Python of docs/run.md has a wheel of all that the demo installs, or is told there."""

import pytest
from packaging.utils import parse_wheel_filename

from tests import wheels

LOCK, TABLE = wheels.LOCK.read_text(), wheels.TABLE.read_text()
# What docs/run.md says is missing where, and the words by which it does.
MISSING = {("macOS arm64", "3.11", "gevent"): "for 3.11 gevent has no wheel there"}
SUM = "0123456789abcdef"
PINNED = "\n".join(
    (
        "drawing==1.0 \\", f"    --hash=sha256:{SUM * 4}",
        "winding==2.0 ; sys_platform == 'win32' \\", f"    --hash=sha256:{SUM * 4}",
    )
)  # fmt: skip
PYLOCK = """
[[packages]]
name = "drawing"
version = "1.0"
wheels = [{}]
"""


def entry(name):
    """A wheel as a pylock has it."""
    return f'{{ url = "https://files.example/{name}", hashes = {{ sha256 = "{SUM * 4}" }} }}'


def test_nothing_is_missing_but_what_the_docs_tell():
    assert set(wheels.lacking(LOCK, TABLE)) == set(MISSING)
    told = " ".join((wheels.ROOT / "docs" / "run.md").read_text().split())
    for words in MISSING.values():
        assert words in told


def test_the_table_is_that_of_the_lock():
    pinned = {(package.name, package.version): package for package in wheels.packages(LOCK)}
    assert len(pinned) > 50
    for name, beginning in wheels.wheels(TABLE).items():
        package = pinned[parse_wheel_filename(name)[0], str(parse_wheel_filename(name)[1])]
        assert any(one.startswith(beginning) for one in package.sums), name


def test_a_package_without_a_wheel_is_missing_where_it_is_wanted():
    named = [f"{SUM}  drawing-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"]
    missing = set(wheels.lacking(PINNED, "\n".join(named)))
    assert ("Linux x86-64", "3.12", "drawing") not in missing
    assert {("Linux x86-64", "3.13", "drawing"), ("Linux aarch64", "3.12", "drawing")} < missing
    assert {system for system, _python, name in missing if name == "winding"} == {"Windows"}


@pytest.mark.parametrize(
    ("wheel", "fits"),
    [
        ("drawing-1.0-py3-none-any.whl", True),
        ("drawing-1.0-cp311-abi3-manylinux_2_34_x86_64.whl", True),
        ("drawing-1.0-cp312-abi3-manylinux2014_x86_64.whl", False),  # from the next Python on
        ("drawing-1.0-cp311-cp311-manylinux_2_36_x86_64.whl", False),  # too new a system
        ("drawing-1.0-cp311-cp311-musllinux_1_2_x86_64.whl", False),
        ("drawing-1.0-cp311-cp311-macosx_11_0_universal2.whl", False),
    ],
)
def test_a_wheel_fits_by_its_tags(wheel, fits):
    missing = wheels.lacking(PINNED, f"{SUM}  {wheel}")
    assert (("Linux x86-64", "3.11", "drawing") not in missing) == fits


def test_the_table_has_the_wheels_of_these_systems_alone_and_no_address():
    names = ("drawing-1.0-cp313-cp313-win_amd64.whl", "drawing-1.0-cp313-cp313-win32.whl")
    table = wheels.table_of(PYLOCK.format(", ".join(map(entry, names))))
    assert table == f"{wheels.HEAD}{SUM}  drawing-1.0-cp313-cp313-win_amd64.whl\n"


def test_what_is_printed_is_what_is_missing(capsys):
    wheels.main([])
    assert capsys.readouterr().out == "macOS arm64, Python 3.11: gevent\n"
