"""What pyproject.toml cannot say: where templates and static files go, and what is needed.

`pip install .` installs the apps `runs`, `catalog`, `recommender` and `web` for another Django
project. Their templates and static files lie at the top here, and in `web` there, where Django
finds them.
"""

from pathlib import Path

from setuptools import find_packages, setup

BESIDE = {"web.templates": "templates", "web.static": "static"}


def needed() -> list[str]:
    """The small set, each in the version that is pinned here or a later one."""
    lines = Path(__file__).with_name("requirements-serve.txt").read_text().splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    return [line.replace("==", ">=", 1) for line in wanted if line]


setup(
    packages=[*find_packages(include=["runs*", "catalog*", "recommender*", "web*"]), *BESIDE],
    package_dir=BESIDE,
    package_data={
        "recommender": ["locale/**/*.mo"],
        **{name: ["**/*"] for name in BESIDE},
    },
    install_requires=needed(),
)
