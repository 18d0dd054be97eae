"""What only a search asks for."""

import pytest
from django.core.exceptions import ValidationError

from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, UnknownMetric
from recommender.search.kinds import MAX_NAMED, Crop, Edges, Ids, MetricName, metric_named


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_has_its_name(metric):
    assert metric_named(metric.value) is metric
    assert MetricName().form_field().clean(metric.value) is metric
    assert metric.value in MetricName().schema()["enum"]


@pytest.mark.parametrize("name", ["", "hamming", "Cosine"])
def test_an_unknown_metric_is_refused_with_those_that_there_are(name):
    with pytest.raises(UnknownMetric):
        metric_named(name)
    with pytest.raises(ValidationError, match="metric must be one of cosine, euclidean, manhattan"):
        MetricName().form_field().clean(name)


def test_ids_stand_once_each_in_the_spelling_that_is_kept():
    field = Ids().form_field(required=False)
    assert field.clean(["2", "1", "2", "u\u0308"]) == ("2", "1", "ü")
    assert field.clean(None) == ()
    with pytest.raises(ValidationError, match="At most 20"):
        field.clean([str(number) for number in range(MAX_NAMED + 1)])


def test_a_crop_is_four_shares_in_order():
    field = Edges().form_field(required=False)
    assert field.clean("0, 0.1,0.5,1") == Crop(0, 0.1, 0.5, 1)
    assert Crop(0, 0.1, 0.5, 1).box == (0, 0.1, 0.5, 1)
    assert field.clean("") is None
    for wrong in ("0,0,1", "0.5,0,0.5,1", "0,0,1,1.1", "nan,0,1,1", "a"):
        with pytest.raises(ValidationError, match="left,top,right,bottom"):
            field.clean(wrong)
    with pytest.raises(BadQuery):
        Crop(0.5, 0, 0.4, 1)
