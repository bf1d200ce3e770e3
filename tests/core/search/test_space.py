"""What may be tried: presets as they are, and variations within the limits of their settings."""

import optuna
import pytest

from core.methods.catalogue import compositions
from core.methods.presets import load_presets
from core.search.space import FACTORS, HEAVY, LIGHT, VARIED, as_it_is, drawn, ladder
from tests.core.search.searching import presets

ALL = {preset.name: preset for preset in load_presets() if preset.parsed.learns != "by_search"}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_preset_is_tried_as_it_is(name: str) -> None:
    """Its own settings lie in the ranges, so that they are taken and not drawn anew."""
    way = drawn(optuna.trial.FixedTrial(as_it_is(ALL[name])), ALL)
    assert (way.preset, way.composition, way.hyper, way.changed) == (
        name,
        ALL[name].composition,
        ALL[name].hyper,
        {},
    )


@pytest.mark.parametrize("name", sorted(ALL))
def test_own_values_lie_within_what_is_varied(name: str) -> None:
    for key, value in as_it_is(ALL[name]).items():
        limits = (FACTORS | VARIED).get(key)
        if limits is not None:
            assert limits.low <= float(value) <= limits.high, key


@pytest.mark.parametrize("seed", range(3))
def test_every_variation_is_valid(seed: int) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed))
    for _ in range(60):
        way = drawn(study.ask(), ALL)
        ALL[way.preset].parsed.configure(way.hyper)
        assert way.changed.items() <= way.hyper.items()


def test_the_lists_name_presets_that_exist_and_leave_none_out() -> None:
    light, heavy = ladder(ALL)
    assert set(LIGHT) | set(HEAVY) <= set(ALL)
    assert light == LIGHT and sorted((*light, *heavy)) == sorted(ALL)
    assert light[0] == "zero-shot"


def test_varied_settings_exist() -> None:
    known = {entry.key for composition in compositions() for entry in composition.settings()}
    assert set(VARIED) | set(FACTORS) <= known


def test_a_sentence_of_the_operators_own_is_read_by_whatever_reads_sentences() -> None:
    own = presets("zero-shot", "coop", "kgcoop")
    ways = {
        name: drawn(optuna.trial.FixedTrial(as_it_is(preset)), own, "a picture of a {}.")
        for name, preset in own.items()
    }
    assert ways["zero-shot"].hyper["zero-shot.template"] == "a picture of a {}."
    assert ways["kgcoop"].hyper["kgcoop.template"] == "a picture of a {}."
    assert not ways["zero-shot"].changed
