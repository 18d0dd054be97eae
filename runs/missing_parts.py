"""What Python or the system lacks, in a sentence that says what to install. No Django."""

import re
import sys

# The packages of Debian that have these libraries.
IN_DEBIAN = {
    "libgomp.so.1": "libgomp1", "libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1",
    "libz.so.1": "zlib1g",
}  # fmt: skip
OURS = {"lookalike", "config", "demo", "web", "recommender", "catalog", "runs"}
INSTALL = ".venv/bin/pip install --require-hashes -r requirements-serve.lock"


def missing_part(error: ImportError) -> str:
    """Why an import has failed, and what to do; "" where it is a fault of the program's own."""
    if found := re.match(r"(\S+\.so[\d.]*): cannot open shared object file", str(error)):
        return _library(found[1])
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    package = error.name.partition(".")[0]
    if package in OURS:
        return ""
    if package in sys.stdlib_module_names:
        return f"This Python ({sys.executable}) was built without {package}: take another one."
    return (
        f"This Python ({sys.executable}) does not have the package {package}. Use the one of the "
        f"environment, .venv/bin/python; or install what is missing: {INSTALL}"
    )


def _library(name: str) -> str:
    package = IN_DEBIAN.get(name, "")
    how = f"apt install {package}" if package else f"apt-file search {name} names its package"
    return f"The system does not have the library {name}. Install it (on Debian: {how})."
