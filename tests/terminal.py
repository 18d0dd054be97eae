"""Programs as a terminal starts them."""

import signal
from typing import Any


def hearing_ctrl_c() -> dict[str, Any]:
    """For Popen: the program hears Ctrl-C, even where these tests run in a shell's background."""
    return {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
