"""catalog.registry under its earlier name, for programs that still ask for it; on its way out."""

from catalog.registry import find, import_folder, scrape, take

__all__ = ["find", "import_folder", "scrape", "take"]
