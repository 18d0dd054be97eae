"""`lookalike`: every command of manage.py, for the site in the current folder or LOOKALIKE_HOME.

The packages `config` and `demo`, and manage.py, lie in `lookalike/site` of what is installed
(setup.py), out of the way of another project's; only this command, and what it starts, finds them
there.
"""

import os
import sys
from importlib import import_module, metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Whoever only asks makes no site in the current folder, not even its secret key.
ASKS = {"help", "--help", "-h"}


def main() -> None:
    """Runs manage.py with the arguments of this process."""
    if sys.argv[1:] == ["--version"]:
        print("lookalike", metadata.version("lookalike"))  # noqa: T201
        return
    if not sys.argv[1:] or ASKS & {*sys.argv[1:]}:
        os.environ.setdefault("SECRET_KEY", "nothing is signed with it")
    places = [HERE / "site", HERE.parent]  # where it is installed; in the checkout
    sys.path.insert(0, str(next(place for place in places if (place / "manage.py").is_file())))
    if places[0].is_dir():
        os.environ.setdefault("LOOKALIKE_HOME", str(Path.cwd()))
    import_module("manage").main()


if __name__ == "__main__":
    main()
