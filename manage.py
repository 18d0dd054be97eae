#!/usr/bin/env python
"""The one entry point: `python manage.py help` lists the commands."""

import io
import os
import sys


def main() -> None:
    try:
        _run()
    except ImportError as error:
        from runs.missing_parts import missing_part

        sentence = missing_part(error)
        if not sentence or "--traceback" in sys.argv:
            raise
        sys.exit(sentence)


def _run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # whoever reads a pipe is told at once
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
    except DatabaseError as error:  # of a command of Django's own
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"CommandError: The database cannot be used: {error}.")
    except KeyboardInterrupt:  # before a command has begun, or in one of Django's own
        sys.exit(130)


if __name__ == "__main__":
    main()
