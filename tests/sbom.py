"""Writes what is served with as an SBOM of CycloneDX: `make sbom`.

cyclonedx-py reads the packages and the sums of their files from requirements-serve.lock. Licences,
and who needs whom, stand in the packages themselves, those of this environment; what is not installed
here, since another system needs it, is listed without them.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from recommender import VERSION

ROOT = Path(__file__).resolve().parents[1]
LOCK, DIRECT = ROOT / "requirements-serve.lock", ROOT / "requirements-serve.txt"
CYCLONEDX = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py"]
OPTIONS = ["--output-reproducible", "--spec-version", "1.6", "--of", "JSON"]


def bom(*what: str | Path) -> dict[str, Any]:
    """What cyclonedx-py makes of a lock or an environment."""
    made = subprocess.run([*CYCLONEDX, *what, *OPTIONS], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def complete(of_lock: dict[str, Any], of_environment: dict[str, Any]) -> dict[str, Any]:
    """The lock's SBOM with licences and dependencies; each package is called by its address."""
    installed = {canonicalize_name(part["name"]): part for part in of_environment["components"]}
    needs: dict[str, list[str]] = {
        one["ref"]: [
            str(canonicalize_name(re.split("==| ", need)[0])) for need in one.get("dependsOn", ())
        ]
        for one in of_environment["dependencies"]
    }
    addresses: dict[str, str] = {}
    graph: dict[str, list[str]] = {}
    for part in of_lock["components"]:
        name = part["name"] = canonicalize_name(part["name"])
        addresses[name] = part["bom-ref"] = part["purl"]
        here = installed.get(name, {})
        del part["description"]
        part |= {key: here[key] for key in ("description", "licenses") if key in here}
        graph[name] = needs.get(here.get("bom-ref", ""), [])
    root = of_lock["metadata"]["component"]
    root |= {"version": VERSION, "bom-ref": f"pkg:pypi/lookalike@{VERSION}"}
    addresses[""], graph[""] = root["bom-ref"], direct()
    of_lock["dependencies"] = [
        {
            "ref": addresses[name],
            "dependsOn": sorted({addresses[n] for n in those if n in addresses}),
        }
        for name, those in sorted(graph.items())
    ]
    return of_lock


def direct() -> list[str]:
    """The packages that requirements-serve.txt names."""
    lines = DIRECT.read_text().splitlines()
    return sorted(
        {canonicalize_name(name[0]) for line in lines if (name := re.match(r"[\w.-]+", line))}
    )


def main(file: str) -> None:
    """Writes the SBOM into a file."""
    of_lock = bom("requirements", "--pyproject", ROOT / "pyproject.toml", LOCK)
    whole = complete(of_lock, bom("environment", sys.executable))
    Path(file).write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n")
    print(f"{file}: {len(whole['components'])} packages.")


if __name__ == "__main__":
    main(*sys.argv[1:])
