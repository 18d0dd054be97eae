"""`manage.py serve`."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command

from runs.commands import RunCommand


class Command(RunCommand):
    help = (
        "Serves the site until Ctrl-C: applies the migrations, then becomes gunicorn. BIND says "
        "where it listens, 127.0.0.1:8000 by default; GUNICORN_CMD_ARGS overrides the rest."
    )

    def handle(self, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        gunicorn = ["-m", "gunicorn", "--config", str(settings.CODE_DIR / "config" / "gunicorn.py")]
        os.execv(sys.executable, [sys.executable, *gunicorn, "config.wsgi"])
