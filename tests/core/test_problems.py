"""Every problem that the program can raise has its words, in both languages, with the same facts."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.problems import Problem, catalogue, problem_text

ROOT = Path(__file__).parents[2]
PARTS = ("what", "why", "do")
# Calls whose first literal argument is a message code.
CARRIERS = {"Problem", "Warned", "Failed", "Check", "PredictionFailed"}


def code_literals() -> Iterator[tuple[str, str]]:
    """(code, place) of every literal code in core and app."""
    for path in sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("app/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in CARRIERS:
                for value in [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_has_words() -> None:
    missing = [f"{code} ({place})" for code, place in code_literals() if code not in catalogue()]
    assert not missing


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_words_stand_in_both_languages_with_the_same_facts(code: str) -> None:
    entry = catalogue()[code]
    assert set(entry) == {"ja", "en"}
    facts = {}
    for language, texts in entry.items():
        assert set(texts) == set(PARTS)
        assert texts["what"].strip()
        facts[language] = set(re.findall(r"\{(\w+)\}", " ".join(texts.values())))
    assert facts["ja"] == facts["en"]
    assert re.search(r"[ぁ-んァ-ン一-龥]", entry["ja"]["what"])
    assert not re.search(r"[ぁ-んァ-ン一-龥]", " ".join(entry["en"].values()))


def test_a_code_is_defined_once() -> None:
    codes = [
        code
        for path in sorted((ROOT / "assets" / "messages").glob("*.toml"))
        for code in re.findall(r'^\["([^"]+)"\]', path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(codes) == len(set(codes))


def test_the_facts_are_filled_in() -> None:
    text = problem_text("cli.run_exists", {"path": "/写真/run1"}, "ja")
    assert "/写真/run1" in text.what


def test_a_fact_with_braces_does_not_break_the_message() -> None:
    assert "{x}" in problem_text("cli.run_exists", {"path": "{x}"}, "en").what


def test_a_code_without_words_is_said_plainly() -> None:
    assert problem_text("nowhere.unknown", {"count": 3}, "ja").what == "nowhere.unknown"


def test_a_problem_survives_a_process_border() -> None:
    problem = pickle.loads(pickle.dumps(Problem("cli.no_run", path="x")))
    assert (problem.code, problem.data) == ("cli.no_run", {"path": "x"})
