"""Assumptions come from files that anyone may write."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problems import Problem
from core.report.assumptions import Assumptions, read_assumptions

_NUMBERS = [
    name for name, field in Assumptions.model_fields.items() if isinstance(field.default, int | float)
]
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _taken(read: Callable[[], Assumptions]) -> Assumptions | Problem:
    try:
        return read()
    except Problem as problem:
        return problem


@given(st.dictionaries(st.sampled_from([*Assumptions.model_fields, "other"]), _VALUES, max_size=6) | _VALUES)
def test_anything_is_taken_whole_or_refused_by_name(values: object) -> None:
    assumed = _taken(lambda: Assumptions.of(values))
    if isinstance(assumed, Problem):
        assert assumed.code == "report.assumption_refused"
        assert assumed.data["key"]
        return
    assert Assumptions.of(json.loads(json.dumps(assumed.model_dump(mode="json")))) == assumed
    assert all(0 <= getattr(assumed, name) < float("inf") for name in _NUMBERS)


@given(text=st.text(max_size=80), ending=st.sampled_from([".toml", ".json"]))
def test_no_file_brings_it_down(text: str, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("assumed") / f"cost{ending}"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    assumed = _taken(lambda: read_assumptions(path))
    assert isinstance(assumed, Assumptions) or assumed.code.startswith("report.assumption")


@pytest.mark.parametrize("name", _NUMBERS)
def test_every_assumption_is_read_from_toml(name: str, tmp_path: Path) -> None:
    (tmp_path / "cost.toml").write_text(f"{name} = 1", encoding="utf-8")
    assumed = read_assumptions(tmp_path / "cost.toml")
    assert getattr(assumed, name) == 1
    assert name not in assumed.unchanged


@pytest.mark.parametrize(
    "text",
    ["defect_share = 1.5", "wage_per_hour = -1", "wage_per_hour = inf", "wage_per_hour = nan", "wage = 1"],
)
def test_what_cannot_be_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "cost.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_assumptions(tmp_path / "cost.toml")
    assert caught.value.data["key"] == text.split(" ")[0]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        read_assumptions(tmp_path / "cost.toml")
    assert caught.value.code == "report.assumptions_unreadable"


def test_a_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "cost.json").write_bytes(b'\xef\xbb\xbf{"wage_per_hour": 3000}')
    assert read_assumptions(tmp_path / "cost.json").wage_per_hour == 3000
