from recommender.checks import weights_are_where_they_are_said_to_be as check


def test_weights_that_are_there_or_not_asked_for_are_fine(settings, tmp_path):
    assert check(None) == []
    settings.VGG16_WEIGHTS = tmp_path / "vgg16.h5"
    settings.VGG16_WEIGHTS.touch()
    assert check(None) == []


def test_weights_that_are_not_there_are_named(settings, tmp_path):
    settings.VGG16_WEIGHTS = tmp_path / "vgg16.h5"
    [message] = check(None)
    assert (message.id, message.msg) == (
        "recommender.E001",
        f"VGG16_WEIGHTS={tmp_path}/vgg16.h5: there is no such file.",
    )
