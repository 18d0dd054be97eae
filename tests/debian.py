"""A minimal Debian in a folder, made by debootstrap, and programs in it: what a fresh machine has.

Everything that is mounted is mounted in a namespace of the program's own, and goes with it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(sys.prefix, "machines")
USER = 10001
PACKAGES = "make,python3-venv"
# What no program reads.
NOT_NEEDED = ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache/apt", "var/lib/apt")
# Of mounts and processes: what runs in it ends with whoever has started it.
NAMESPACE = [
    "setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child",
    "--mount-proc",
]  # fmt: skip
VERSION = "import platform; print(platform.python_version())"
# Mounts, in the namespace that unshare has made, and then becomes the program; $1 is the folder.
ENTER = """
set -e
root=$1; writable=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$2"; else touch "$root$2"; fi
    mount --bind "$1" "$root$2"
    shift 2
done
shift
[ "$writable" = yes ] || mount -o remount,bind,ro "$root"
exec chroot "$@"
"""


def require(*programs):
    """Skips the test where these are lacking, or the right to use them."""
    lacking = [program for program in programs if shutil.which(program) is None]
    if lacking or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(programs)}")


def kept():
    """The folder of what is kept from one run to the next."""
    KEPT.mkdir(exist_ok=True)
    return KEPT


@contextmanager
def only_one(name):
    """One process at a time makes what is kept."""
    with (kept() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def workplace(name):
    """An empty folder for one test at a time; what a killed one has left there goes first."""
    with only_one(f"{name}-work"):
        folder = kept() / f"{name}-work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def machine(release):
    """The folder of a minimal Debian with make and Python, kept for the next time; or a skip."""
    folder = KEPT / release
    with only_one(release):
        if folder.exists():
            return folder
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        done = subprocess.run(
            [*NAMESPACE, "debootstrap", "--variant=minbase", f"--include={PACKAGES}", release,
             unfinished],
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            pytest.skip(f"Debian {release} cannot be had here: {done.stdout[-300:]}")
        for name in NOT_NEEDED:
            shutil.rmtree(unfinished / name, ignore_errors=True)
        unfinished.rename(folder)
    return folder


def version(folder):
    """The version of Python in it, such as 3.11.2."""
    return subprocess.run(
        ["chroot", folder, "python3", "-c", VERSION], capture_output=True, text=True, check=True
    ).stdout.strip()


def wheels(python):
    """The folder of the wheels that requirements-serve.lock names for this version of Python.

    pip fetches them, as it is configured on this machine; once they are here, it asks nobody. It
    takes markers for its own Python's, so they are looked at here.
    """
    environment = default_environment() | {
        "python_full_version": python, "python_version": python.rpartition(".")[0],
    }  # fmt: skip
    folder = KEPT / "wheels"
    with only_one("wheels"):
        folder.mkdir(exist_ok=True)
        wanted = KEPT / "wanted.txt"
        wanted.write_text("\n".join(pins(environment)))
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
            "--only-binary=:all:", f"--python-version={python}", f"--find-links={folder}",
            f"--dest={folder}", f"--requirement={wanted}",
        ]  # fmt: skip
        for more in ("--no-index", "--no-input"):
            done = subprocess.run([*command, more], capture_output=True, text=True, timeout=600)
            if done.returncode == 0:
                return folder
    pytest.skip(f"the packages cannot be had here: {done.stderr[-300:]}")


def pins(environment):
    """The lock's entries for this environment, each with its hashes and without its marker."""
    text = (ROOT / "requirements-serve.lock").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin, *hashes = line.split(" --hash=")
        requirement = Requirement(pin)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield " --hash=".join([f"{requirement.name}{requirement.specifier}", *hashes])


def inside(root, command, environment, bound=(), writable=True, cwd="/", **more):
    """Starts a command there as a user who is not root, as the first process of its namespace.

    `bound`: pairs of a folder here and its place there. /tmp is empty and in memory. Ended with
    whoever has started it.
    """
    mounts = [str(part) for pair in bound for part in pair]
    return subprocess.Popen(
        [*NAMESPACE, "sh", "-c", ENTER, "enter", root,
         "yes" if writable else "no", *mounts, "--", f"--userspec={USER}:{USER}", root,
         # Another user's programs forget whose end is theirs: said once more.
         "setpriv", "--pdeathsig=KILL", "env", "-i", *(f"{name}={value}" for name, value in environment.items()),
         "sh", "-c", 'cd "$1" && shift && exec "$@"', "start", cwd, *command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        **more,
    )  # fmt: skip


def end(unshared, number):
    """Sends a signal to the process that is the first one in there, as `docker stop` does."""
    children = Path(f"/proc/{unshared.pid}/task/{unshared.pid}/children").read_text().split()
    os.kill(int(children[0]), number)
