"""Presets: files that are whole, words in both languages, and a recommendation that follows the data."""

from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assets import ASSETS
from core.methods.catalogue import compositions
from core.methods.presets import (
    LANGUAGES,
    Preset,
    load_preset,
    load_presets,
    recommend_for,
    resolve_preset,
)
from core.problems import Problem, catalogue

FILE = """
order = 9
composition = "coop"
[ja]
title = "題"
summary = "説明"
when = "とき"
[en]
title = "Title"
summary = "Summary"
when = "When"
[hyper.coop]
n_ctx = 2
"""


@pytest.mark.parametrize("preset", load_presets(), ids=lambda preset: preset.name)
def test_every_preset_builds_and_speaks_both_languages(preset: Preset) -> None:
    assert preset.parsed.configure(preset.hyper)
    for text in preset.texts.values():
        assert text.title and text.summary and text.when


@pytest.mark.parametrize("preset", load_presets(), ids=lambda preset: preset.name)
def test_every_preset_says_where_its_values_come_from(preset: Preset) -> None:
    """The paper's recipe, or that there is none, in a comment before all else."""
    lines = (ASSETS / "presets" / f"{preset.name}.toml").read_text(encoding="utf-8").splitlines()
    comment = " ".join(takewhile(lambda line: line.startswith("#"), lines))
    assert "methods.md" in comment or "No recipe" in comment or "No published recipe" in comment


def test_the_presets_that_others_rely_on_are_there() -> None:
    assert {"zero-shot", "coop", "coop-dept"} <= {preset.name for preset in load_presets()}


def test_a_new_file_is_a_new_preset(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(FILE, encoding="utf-8")
    (mine,) = load_presets(tmp_path)
    assert (mine.name, mine.composition, mine.hyper) == ("mine", "coop", {"coop.n_ctx": 2})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('title = "題"', ""),
        lambda text: text.replace("[en]", "[fr]"),
        lambda text: text.replace("order = 9", ""),
        lambda text: text + "=",
    ],
)
def test_a_spoiled_file_is_named(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(spoil(FILE), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(Problem) as caught:
        load_preset(path)
    assert caught.value.code == "methods.bad_preset"
    assert str(path) in str(caught.value)


def test_a_setting_out_of_range_in_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(FILE.replace("n_ctx = 2", "n_ctx = 99"), encoding="utf-8")
    with pytest.raises(Problem) as caught:
        load_preset(path)
    assert caught.value.code == "methods.bad_setting"


def test_a_preset_is_found_by_name_and_by_composition() -> None:
    assert resolve_preset("coop-dept").composition == "dept(coop)"
    assert resolve_preset("dept(coop)").hyper == resolve_preset("coop-dept").hyper


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    with pytest.raises(Problem, match="coop-dept"):
        resolve_preset("best")


@given(st.lists(st.integers(0, 500), max_size=12))
def test_any_data_gets_a_preset_that_exists_and_a_reason_with_words(counts: list[int]) -> None:
    advice = recommend_for(counts)
    assert resolve_preset(advice.preset).name == advice.preset
    for language in ("ja", "en"):
        words = catalogue()[advice.reason_code][language]
        assert "{" not in "".join(words.values()).format(**advice.data)


@pytest.mark.parametrize(
    ("counts", "preset", "reason"),
    [
        ([], "zero-shot", "methods.why_too_little"),
        ([20, 0], "zero-shot", "methods.why_too_little"),
        ([20, 2], "coop", "methods.why_few_photos"),
        ([60, 6], "coop-dept", "methods.why_unbalanced"),
        ([20, 16], "coop-dept", "methods.why_ordinary"),
    ],
)
def test_the_recommendation_follows_the_counts(counts: list[int], preset: str, reason: str) -> None:
    advice = recommend_for(counts)
    assert (advice.preset, advice.reason_code) == (preset, reason)


def test_at_most_four_presets_are_cards_and_every_recommendation_is_one() -> None:
    cards = {preset.name for preset in load_presets() if preset.card}
    assert {"zero-shot"} < cards and len(cards) <= 4
    counts = ([], [20, 2], [60, 6], [20, 16])
    assert {recommend_for(each).preset for each in counts} <= cards


def test_every_composition_has_a_preset_with_words_in_both_languages() -> None:
    told = {preset.composition for preset in load_presets()}
    assert not [str(composition) for composition in compositions() if str(composition) not in told]


def test_no_two_presets_are_called_the_same() -> None:
    for language in LANGUAGES:
        titles = [preset.texts[language].title for preset in load_presets()]
        assert not {title for title in titles if titles.count(title) > 1}
