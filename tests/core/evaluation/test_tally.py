"""Predictions counted: every photo is counted once, under the class that it has and the one it was given."""

from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.tally import class_tallies, confusion, consequence, mistakes
from core.training.result import PhotoPrediction

CLASSES = 4
judged = st.builds(
    PhotoPrediction,
    photo=st.text(max_size=5),
    label=st.integers(0, CLASSES - 1),
    predicted=st.integers(0, CLASSES - 1),
    probability=st.floats(0, 1),
    loss=st.floats(0, 20),
    zero_shot_predicted=st.integers(0, CLASSES - 1),
    zero_shot_probability=st.floats(0, 1),
)


@given(st.lists(judged, max_size=40))
def test_every_photo_stands_in_one_cell(predictions: list[PhotoPrediction]) -> None:
    counts = confusion(predictions, CLASSES)
    assert counts.shape == (CLASSES, CLASSES)
    assert counts.sum() == len(predictions)
    assert counts.trace() == len(predictions) - len(mistakes(predictions))


@given(st.lists(judged, max_size=40))
def test_what_one_class_misses_another_raises_as_false_alarm(predictions: list[PhotoPrediction]) -> None:
    tallies = class_tallies(predictions, CLASSES)
    assert sum(t.photos for t in tallies) == len(predictions)
    assert sum(t.missed for t in tallies) == len(mistakes(predictions))
    assert all(t.photos > 0 and 0 <= t.missed <= t.photos for t in tallies)


@given(st.lists(judged, max_size=40))
def test_the_gravest_mistake_comes_first(predictions: list[PhotoPrediction]) -> None:
    losses = [p.loss for p in mistakes(predictions)]
    assert losses == sorted(losses, reverse=True)


@given(st.lists(judged, max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_sends_more_to_a_person(
    predictions: list[PhotoPrediction], one: float, other: float
) -> None:
    low, high = (consequence(predictions, threshold) for threshold in sorted((one, other)))
    assert low.photos == high.photos == len(predictions)
    assert low.to_person <= high.to_person and low.wrong >= high.wrong
    assert consequence(predictions, 0.0).to_person == 0
