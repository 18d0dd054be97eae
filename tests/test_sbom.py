"""`make sbom` and `make audit`: what is served with, and whether anything in it is known to be unsafe."""

import json
import re
import subprocess
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests import sbom, wheels
from tests.config.test_make import make


def recipe(target):
    """The commands of a target, less what it installs before."""
    lines = make("--dry-run", target).replace("\\\n", "").splitlines()
    return [line for line in lines if "tests.sbom" in line or "pip-audit" in line]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the command of `make sbom` writes."""
    (command,) = recipe("sbom")
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    _python, *words, _name = command.split()
    subprocess.run([sys.executable, *words, file], cwd=sbom.ROOT, check=True)
    return file.read_text()


@pytest.mark.slow
def test_it_is_valid(written):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


@pytest.mark.slow
def test_it_has_each_package_of_the_lock_with_its_version_and_the_sums_of_its_files(written):
    parts = json.loads(written)["components"]
    found = {
        (part["name"], part["version"]): {
            one["content"]
            for place in part["externalReferences"]
            for one in place.get("hashes", ())
        }
        for part in parts
    }
    pinned = wheels.packages(wheels.LOCK.read_text())
    assert found == {(package.name, package.version): package.sums for package in pinned}


@pytest.mark.slow
def test_it_tells_licences_where_they_are_known_and_who_needs_whom(written):
    made = json.loads(written)
    parts = {part["name"]: part for part in made["components"]}
    assert parts["django"]["licenses"][0]["license"]["id"] == "BSD-3-Clause"
    assert sum("licenses" in part for part in parts.values()) > 60
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    django = parts["django"]["purl"]
    assert parts["sqlparse"]["purl"] in needs[django]
    assert django in needs[made["metadata"]["component"]["bom-ref"]]
    assert set(needs) == {
        *(part["purl"] for part in parts.values()),
        f"pkg:pypi/lookalike@{sbom.VERSION}",
    }


def test_no_path_and_no_line_of_a_file_is_in_it():
    lock = {
        "components": [{"name": "Drawing", "version": "1", "purl": "pkg:pypi/drawing@1", "bom-ref": "L1",
                        "description": "requirements line 1: Drawing==1"},
                       {"name": "winding", "version": "2", "purl": "pkg:pypi/winding@2", "bom-ref": "L2",
                        "description": "requirements line 2: winding==2"}],
        "metadata": {"component": {"name": "lookalike", "bom-ref": "root-component"}},
    }  # fmt: skip
    here = {
        "components": [{"name": "drawing", "bom-ref": "drawing==1", "description": "It draws.",
                        "licenses": [{"license": {"id": "MIT"}}]}],
        "dependencies": [{"ref": "drawing==1", "dependsOn": ["Winding==2", "other==3"]}],
    }  # fmt: skip
    made = sbom.complete(lock, here)
    drawing, winding = made["components"]
    assert (drawing["description"], drawing["licenses"]) == (
        "It draws.",
        [{"license": {"id": "MIT"}}],
    )
    assert "description" not in winding
    assert {"ref": "pkg:pypi/drawing@1", "dependsOn": ["pkg:pypi/winding@2"]} in made[
        "dependencies"
    ]


@pytest.mark.slow
def test_the_audit_takes_all_that_is_locked():
    """As far as it goes without the network: `--dry-run` asks nobody."""
    (command,) = recipe("audit")
    program, *words = command.split()
    assert program.endswith("/pip-audit")
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *words, "--dry-run"],
        cwd=sbom.ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    audited = int(re.search(r"would have audited (\d+) packages", done.stderr)[1])
    assert audited > len(wheels.packages(wheels.LOCK.read_text()))
