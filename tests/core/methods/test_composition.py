"""Compositions: names are read back as they are written, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.catalogue import Composition, compositions, parse_composition
from core.problems import Problem

ANY = st.sampled_from(compositions())


@given(ANY)
def test_a_composition_is_read_back_as_written(composition: Composition) -> None:
    assert parse_composition(str(composition)) == composition


@given(ANY, st.data())
def test_spaces_do_not_matter(composition: Composition, data: st.DataObject) -> None:
    text = "".join(letter + data.draw(st.sampled_from(["", " "])) for letter in str(composition))
    assert parse_composition(text) == composition


@given(st.text(alphabet="abcdeoptz-()0 ", max_size=20))
def test_other_text_is_refused_with_what_is_known(text: str) -> None:
    if text.replace(" ", "") in map(str, compositions()):
        return
    with pytest.raises(Problem) as caught:
        parse_composition(text)
    assert caught.value.code == "methods.unknown_composition"
    assert "dept(coop)" in caught.value.data["known"]


@pytest.mark.parametrize(
    "text", ["dept(zero-shot)", "dept(dept(coop))", "dept", "coop(coop)", "dept()", "dept(coop"]
)
def test_wrappers_wrap_one_method_of_those_that_they_name(text: str) -> None:
    with pytest.raises(Problem, match="not a composition"):
        parse_composition(text)


def test_settings_are_checked_by_key_type_and_range() -> None:
    composition = parse_composition("dept(coop)")
    configured = composition.configure({"coop.n_ctx": 8, "dept.balance": 1, "training.learning_rate": 0.01})
    assert configured["coop"].n_ctx == 8
    assert configured["dept"].balance == 1.0
    assert configured["training"].learning_rate == 0.01


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("coop.n_ctx", 0, "methods.bad_setting"),
        ("coop.n_ctx", 2.5, "methods.bad_setting"),
        ("coop.n_ctx", True, "methods.bad_setting"),
        ("coop.ctx_init", "wordy", "methods.bad_setting"),
        ("dept.balance", float("nan"), "methods.bad_setting"),
        ("training.epochs", "20", "methods.bad_setting"),
        ("n_ctx", 4, "methods.unknown_setting"),
    ],
)
def test_a_wrong_setting_is_named(key: str, value: object, code: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_composition("dept(coop)").configure({key: value})  # type: ignore[dict-item]
    assert (caught.value.code, caught.value.data["key"]) == (code, key)


def test_a_setting_of_another_method_is_unknown_here() -> None:
    with pytest.raises(Problem) as caught:
        parse_composition("coop").configure({"dept.balance": 0.5})
    assert caught.value.code == "methods.unknown_setting"


def test_a_template_needs_one_place_for_the_description() -> None:
    with pytest.raises(Problem):
        parse_composition("zero-shot").configure({"zero-shot.template": "a photo"})


@pytest.mark.parametrize("composition", compositions(), ids=str)
def test_every_setting_explains_itself_in_both_languages(composition: Composition) -> None:
    for entry in composition.settings():
        assert all(entry.label[language] and entry.help[language] for language in ("ja", "en"))
        assert entry.check(entry.default) == entry.default
