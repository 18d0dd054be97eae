"""Other processes on this machine."""

import os


def is_alive(process: int) -> bool:
    """Whether a process with this number runs; 0 is none."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, under another account
        return True
    return process != 0
