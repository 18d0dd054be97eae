"""`python -m tests.recommender.backups.killed PLACE backup|restore|files|disk`, with a site in PLACE.

A command of ours is run over and over on a copy of that site, each time killed with SIGKILL before
another change that it makes to the disk; or with no room for files larger than so many bytes. What
is found wrong afterwards is printed. Each run is a fork of this process, which has loaded Django.
"""

import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

CHANGES = {
    "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.utime", "shutil.rmtree",
    "sqlite3.connect",
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# Of a site as make_place leaves it: what lay there when its backup was made, and what lies there now.
State = tuple[list[tuple[str, ...]], dict[str, bytes], bytes]


class Site:
    """The copy: `here` is thrown away after each run, and made anew."""

    def __init__(self, place: Path) -> None:
        self.template, self.here = place / "now", place / "disk" / "here"
        self.backups = self.here / "backups"
        self.then = state(place / "then")
        self.now = state(self.template)

    def fresh(self) -> None:
        shutil.rmtree(self.here, ignore_errors=True)
        shutil.copytree(self.template, self.here)

    @property
    def mark(self) -> Path:
        return self.here / "var/before-restore/unfinished"


def state(folder: Path) -> State:
    """What a visitor could see of a site: rows, pictures, index."""
    with closing(sqlite3.connect(folder / "var/catalog.sqlite3")) as database:
        rows = database.execute(
            "SELECT item_id, title, content_hash FROM lookalike_catalog_product ORDER BY 1"
        ).fetchall()
    pictures = {str(p.relative_to(folder)): p.read_bytes() for p in folder.glob("media/*/*.jpg")}
    return rows, pictures, next((folder / "var/index").glob("*lite2.joblib")).read_bytes()


def run(*arguments: str, before: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """How a command of ours ends in a fork (negative: by that signal), and what it says."""
    from django.core.management import CommandError, call_command

    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        os.dup2(write, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            before()
            call_command(*arguments)
            os._exit(0)
        except CommandError as error:
            os.write(2, str(error).encode())
            os._exit(1)
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}".encode())
            os._exit(99)
    os.close(write)
    with os.fdopen(read) as told:
        said = told.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def killing(step: int, folder: Path) -> Callable[[], None]:
    """Lets the process be killed before its step-th change below `folder`."""
    left = step

    def watch(event: str, given: tuple[object, ...]) -> None:
        nonlocal left
        is_change = event in CHANGES or (event == "open" and isinstance(given[2], int)
                                         and given[2] & WRITING)  # fmt: skip
        if is_change and (event.startswith("os.re") or str(folder) in str(given[0])):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return lambda: sys.addaudithook(watch)


def backups_killed(site: Site) -> list[str]:
    """The earlier backup stays whole, and so is each that bears a name; the next run ends well."""
    wrong, step = [], -1
    for step in range(1000):
        site.fresh()
        code, said = run("backup", str(site.backups), before=killing(step, site.here))
        if code == 0:
            break
        wrong += [f"step {step}: {said}"] * (code != -signal.SIGKILL)
        wrong += [f"step {step}: {fault}" for fault in faults_of_backups(site.backups)]
        code, said = run("backup", str(site.backups))
        wrong += [f"after step {step}: {said}"] * (code != 0)
        wrong += [f"after step {step}: {p} is left" for p in site.backups.glob("*.part")]
        wrong += [f"after step {step}: {fault}" for fault in faults_of_backups(site.backups)]
    return ended(wrong, step)


def faults_of_backups(where: Path) -> list[str]:
    from recommender.backups import contents
    from runs.files import sha256_of_file

    finished = contents.finished(where)
    wrong = [] if finished else ["no backup is left"]
    for folder in finished:
        for name, entry in contents.Backup.read(folder).files.items():
            if sha256_of_file(folder / name) != entry.sha256:
                wrong.append(f"{folder.name}/{name} is damaged")
    return wrong


def restores_killed(site: Site) -> list[str]:
    """The old site whole or the new, or it says that it is neither; the next run ends well."""
    wrong, step, marked = [], -1, 0
    command = ("restore", str(site.backups), "--noinput")
    for step in range(1000):
        site.fresh()
        code, said = run(*command, before=killing(step, site.here))
        if code == 0:
            break
        wrong += [f"step {step}: {said}"] * (code != -signal.SIGKILL)
        if site.mark.exists():
            marked += 1
            code, said = run("similar", "0")
            is_refused = code == 1 and f"run it again: manage.py restore {site.backups}/2" in said
            wrong += [f"step {step}: {said}"] * (not is_refused)
        elif state(site.here) not in (site.now, site.then):
            wrong.append(f"step {step}: neither the old state nor the new, without a word")
        code, said = run(*command)
        wrong += [f"after step {step}: {said}"] * (code != 0)
        wrong += [f"after step {step}: {fault}" for fault in faults_after(site)]
    wrong += ["it never was between two states"] * (not marked)
    return ended(wrong, step)


def faults_after(site: Site) -> list[str]:
    """What is wrong after a restore that came to its end."""
    wrong = [] if state(site.here) == site.then else ["it is not what was backed up"]
    wrong += ["the mark is left"] * site.mark.exists()
    wrong += [f"{path} is left" for path in site.here.rglob(".restoring")]
    before = site.here / "var/before-restore"
    # Where the first run was killed after its end, the next was one of its own: the older is asked.
    oldest = min(path.name for path in before.glob("*Z"))
    code, said = run("restore", str(before), "--at", oldest, "--noinput")
    wrong += [said] * (code != 0)
    wrong += ["what there was is lost"] * (state(site.here) != site.now)
    return wrong


def files_limited(site: Site) -> list[str]:
    """No file may grow beyond some bytes."""
    limits = (0, 300, 2_000, 10_000, 40_000, 100_000, 150_000, 200_000, 400_000, 900_000)

    def limit(most: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return disks_full(site, limits, limit)


def disk_filled(site: Site) -> list[str]:
    """So many bytes are left on the disk."""
    filler = site.here.parent / "filler"
    rooms = (0, 10_000, 50_000, 100_000, 200_000, 300_000, 400_000, 600_000, 1_000_000, 2_000_000)

    def fill(room: int) -> Callable[[], None]:
        filler.unlink(missing_ok=True)
        free = shutil.disk_usage(filler.parent).free
        filler.write_bytes(bytes(max(0, free - room)))
        return lambda: None

    return disks_full(site, rooms, fill, lambda: filler.unlink(missing_ok=True))


def disks_full(
    site: Site,
    rooms: Sequence[int],
    limit: Callable[[int], Callable[[], None]],
    make_room: Callable[[], None] = lambda: None,
) -> list[str]:
    """A sentence and exit code 1; then site and backup are as they were, or it says otherwise."""
    wrong, refused = [], 0
    for room in rooms:
        for command in (("backup", str(site.backups)),
                        ("restore", str(site.backups), "--noinput")):  # fmt: skip
            make_room()
            site.fresh()
            code, said = run(*command, before=limit(room))
            make_room()
            refused += code == 1
            faults = faults_of_backups(site.backups)
            if not (code == 0 or (code == 1 and "\n" not in said and len(said) > 20)):
                faults.append(f"{code} {said}")
            if site.mark.exists():
                code, said = run(*command)
                faults += [said] * (code != 0)
            is_new = code == 0 and command[0] == "restore"
            if state(site.here) != (site.then if is_new else site.now):
                faults.append("another state")
            wrong += [f"{command[0]}, {room} bytes: {fault}" for fault in faults]
    return ended(wrong, refused)


def ended(wrong: list[str], count: int) -> list[str]:
    sys.stdout.write(f"{count} times\n")
    return wrong


def main() -> int:
    place, what = Path(sys.argv[1]), sys.argv[2]
    site = Site(place)
    os.environ |= {
        "VAR_DIR": str(site.here / "var"), "MEDIA_ROOT": str(site.here / "media"),
        "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "for tests",
    }  # fmt: skip
    import django

    django.setup()
    work = {
        "backup": backups_killed,
        "restore": restores_killed,
        "files": files_limited,
        "disk": disk_filled,
    }[what]
    wrong = work(site)
    sys.stdout.write("\n".join(wrong[:20]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
