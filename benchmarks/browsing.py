"""The site and a browser for benchmarks that look at pages; Chromium without a graphics card."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def site_in_browser() -> Iterator[tuple[str, Any] | None]:
    """The site's address and a browser; None, and a line that says so, without Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: the pages are not measured.")
        yield None
        return
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as site:
        try:
            assert site.stdout is not None
            address = next(word for word in site.stdout.readline().split() if "http" in word)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                yield address, browser
                browser.close()
        finally:
            site.terminate()
