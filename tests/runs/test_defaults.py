from pathlib import Path

import pytest
from django.conf import UserSettingsHolder, global_settings

from runs import defaults


@pytest.fixture
def project(monkeypatch):
    """The settings of another project, which makes none of ours."""
    own = UserSettingsHolder(global_settings)
    own.STORAGES = {"default": {"BACKEND": "theirs"}}
    monkeypatch.setattr(defaults, "settings", own)
    return own


def test_a_project_that_makes_no_setting_has_our_defaults(project):
    defaults.set_defaults()
    assert {name: getattr(project, name) for name in defaults.DEFAULTS} == defaults.DEFAULTS
    assert project.STORAGES["default"] == {"BACKEND": "theirs"}
    assert project.STORAGES["pictures"]["BACKEND"] == "catalog.pictures.PictureFiles"


def test_what_a_project_makes_itself_stays(project):
    project.EMBEDDER, project.API_RATE, project.SCRAPE_PAUSE_SECONDS = "vgg16", None, 0
    project.STORAGES["pictures"] = {"BACKEND": "theirs"}
    defaults.set_defaults()
    assert (project.EMBEDDER, project.API_RATE, project.SCRAPE_PAUSE_SECONDS) == ("vgg16", None, 0)
    assert project.STORAGES["pictures"] == {"BACKEND": "theirs"}


def test_data_lie_beside_the_project_or_where_it_was_started(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    defaults.set_defaults()
    assert Path.cwd() / "var" == project.VAR_DIR
    other = UserSettingsHolder(global_settings)
    other.STORAGES, other.BASE_DIR = {}, "/srv/shop"
    monkeypatch.setattr(defaults, "settings", other)
    defaults.set_defaults()
    assert (
        Path("/srv/shop/var"),
        Path("/srv/shop/var/weights"),
    ) == (other.VAR_DIR, other.WEIGHTS_DIR)


def test_nothing_that_leaves_this_machine_open_is_a_default():
    assert defaults.DEFAULTS["SCRAPE_ALLOW_LOOPBACK"] is False
    assert defaults.DEFAULTS["BEHIND_TLS_PROXY"] is False
