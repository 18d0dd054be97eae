"""`python -m tests.upgrade.make_site VERSION [COMMIT]`: a small site, made by a released version.

COMMIT is the release's, by default its tag, vVERSION. The release's own code runs, on the packages
that are installed; what comes of it is kept as tests/upgrade/site-VERSION.tar.xz, with what the
release answered in `answers.json`, for test_upgrade.py.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
COUNT, HIDDEN, MOST_BYTES = 12, "11", 400_000


def draw(folder: Path) -> None:
    """Six drawn products, each in two colours that are nearly the same: the next one is its like."""
    folder.mkdir(parents=True)
    for number in range(COUNT):
        kind, shade = divmod(number, 2)
        picture = Image.new("RGB", (160, 160), (245, 245, 240))
        colour = (40 * kind + 10 * shade, 200 - 30 * kind, (90 * kind) % 256)
        pen, box = ImageDraw.Draw(picture), (30, 20, 130, 140)
        if kind % 3 == 0:
            pen.ellipse(box, fill=colour)
        elif kind % 3 == 1:
            pen.rectangle(box, fill=colour)
        else:
            pen.polygon([(30, 140), (80, 20), (130, 140)], fill=colour)
        for stripe in range(kind + 1):
            pen.line([(30, 40 + 15 * stripe), (130, 40 + 15 * stripe)], (20, 20, 20), 3)
        picture.save(folder / f"{number:02}.jpg", quality=80)


def make(program: Path, folder: Path) -> None:
    """Makes a site below `folder` with the code in `program`."""
    environment = os.environ | {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), "DATABASE_URL": "",
        "SECRET_KEY": "for tests", "EMBEDDER": "efficientnet-lite2",
    }  # fmt: skip

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=program, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    draw(folder / "shop")
    manage("migrate", "--verbosity", "0")
    manage("import_folder", str(folder / "shop"), "--category", "drawn")
    manage("build_index")
    hide = f"""
from catalog.models import Product
Product.objects.filter(item_id={HIDDEN!r}).update(hidden=True)
"""
    manage("shell", "-c", hide)
    manage("build_index")  # the index before is kept for `rollback`
    ids = [f"{number:02}" for number in range(COUNT) if f"{number:02}" != HIDDEN]
    answers = {item_id: json.loads(manage("similar", item_id, "--json")) for item_id in ids}
    (folder / "answers.json").write_text(json.dumps(answers))


def pack(folder: Path, target: Path) -> None:
    """Writes what the site consists of into an archive, the same bytes for the same site."""
    with tarfile.open(target, "w:xz") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if path.suffix in (".lock", ".npz") or "numba" in path.parts:
                continue
            told = tarfile.TarInfo(str(path.relative_to(folder)))
            told.size = path.stat().st_size
            archive.addfile(told, io.BytesIO(path.read_bytes()))


def main() -> None:
    version = sys.argv[1]
    commit = sys.argv[2] if len(sys.argv) > 2 else f"v{version}"
    with tempfile.TemporaryDirectory(prefix="lookalike-release-") as name:
        program, site = Path(name) / "program", Path(name) / "site"
        code = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(code.stdout)) as archive:
            archive.extractall(program, filter="data")
        make(program, site)
        target = HERE / f"site-{version}.tar.xz"
        pack(site, target)
    if target.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{target} has {target.stat().st_size} bytes, more than {MOST_BYTES}.")
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
