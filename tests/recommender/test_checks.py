from recommender.checks import the_embedder_is_known
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


def test_an_embedder_that_there_is_not_is_named_with_those_that_there_are(settings):
    settings.EMBEDDER = "vgg19"
    (found,) = the_embedder_is_known(None)
    assert found.id == "recommender.E002"
    assert "'vgg19'" in found.msg
    assert "efficientnet-lite2" in found.hint
    settings.EMBEDDER = "efficientnet-lite2"
    assert the_embedder_is_known(None) == []
