"""Other processes on this machine."""

import os


def is_alive(process: int) -> bool:
    """Whether a process with this number runs; 0 and less are none, nor is what is too large."""
    if process <= 0:  # to the system, these are groups of processes
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it runs, under another account
        return True
    return True
