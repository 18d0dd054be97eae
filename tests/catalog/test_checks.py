from catalog.checks import folders_can_be_written


def told(messages):
    return [(message.id, message.msg) for message in messages]


def test_folders_that_are_there_or_can_be_made_are_fine(settings):
    settings.MEDIA_ROOT.mkdir()
    assert not settings.VAR_DIR.exists()
    assert folders_can_be_written(None) == []


def test_a_folder_that_cannot_be_written_is_named_with_its_setting(settings, tmp_path):
    file = tmp_path / "a-file"
    file.touch()
    settings.VAR_DIR = file / "var"
    assert told(folders_can_be_written(None)) == [
        ("catalog.E001", f"VAR_DIR={file}/var cannot be written.")
    ]
    assert "VAR_DIR" in folders_can_be_written(None)[0].hint
