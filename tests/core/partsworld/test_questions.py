"""Questions are answered by the scene, and neither their wording nor how often an answer is right gives it away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from core.backbones.bank import draw_training_scene
from core.partsworld import Composition, Finish, Pose, Scene
from core.partsworld.facts import count_of, position_of
from core.partsworld.questions import KINDS, Question, draw_question, kinds_of
from core.partsworld.vocabulary import DEFECTS
from core.partsworld.wording import COLOURS_JA, DEFECTS_JA, PARTS_JA, YES_NO
from core.problems import Language

LANGUAGES: tuple[Language, ...] = ("en", "ja")
Asked = list[tuple[Scene, Question]]


@pytest.fixture(scope="module")
def asked_in() -> dict[Language, Asked]:
    """Questions about training photos, as they come."""
    rng = np.random.default_rng(2)
    scenes = [draw_training_scene(1, n) for n in range(2500)]
    return {
        language: [(scene, draw_question(rng, scene, language)) for scene in scenes for _ in range(2)]
        for language in LANGUAGES
    }


def scene_of(part: str, finish: Finish, defect: str = "none", background: str = "tray") -> Scene:
    return Scene(Composition(part, finish, defect), background, pose=Pose(x=-0.2, y=0.2))


def test_which_questions_have_the_scenes_own_facts_as_answers() -> None:
    scene = scene_of("plate", Finish("plastic", "green"), "missing hole", "board")
    rng = np.random.default_rng(0)
    wanted = {
        "part": ("plate", PARTS_JA["plate"][0]), "defect": ("missing hole", DEFECTS_JA["missing hole"]),
        "colour": ("green", COLOURS_JA["green"]), "material": ("plastic", "樹脂"), "background": ("wood", "木の板"),
        "position": ("lower left", "左下"), "count": ("3", "3"),
    }  # fmt: skip
    for kind in KINDS:
        if kind != "yes/no":
            answers = tuple(draw_question(rng, scene, language, kind).answer for language in LANGUAGES)
            assert answers == wanted[kind]


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("Is it green?", lambda s: s.composition.finish.colour == "green"),
        ("Is it made of brass?", lambda s: s.composition.finish.material == "brass"),
        ("Is it scratched?", lambda s: s.composition.defect == "scratch"),
        ("Is it in a tray?", lambda s: s.background == "tray"),
        ("Is it in the upper left of the picture?", lambda s: position_of(s) == "upper left"),
        ("Is there a defect?", lambda s: s.composition.defect != "none"),
        ("Is the part good?", lambda s: s.composition.defect == "none"),
        ("へこみはありますか?", lambda s: s.composition.defect == "dent"),
        ("青ですか?", lambda s: s.composition.finish.colour == "blue"),
        ("良品ですか?", lambda s: s.composition.defect == "none"),
        ("トレーの中にありますか?", lambda s: s.background == "tray"),
    ],
)
def test_yes_and_no_are_true(
    question: str, fits: Callable[[Scene], bool], asked_in: dict[Language, Asked]
) -> None:
    language: Language = "en" if question.isascii() else "ja"
    answers: Counter[str] = Counter()
    for scene, asked in asked_in[language]:
        if asked.text == question:
            assert asked.answer == YES_NO[language][0 if fits(scene) else 1]
            answers[asked.answer] += 1
    assert len(answers) == 2, f"{question} was asked {answers}"


def test_no_answer_is_much_more_common_than_others(asked_in: dict[Language, Asked]) -> None:
    for language in LANGUAGES:
        asked = [question for _, question in asked_in[language]]
        answers = Counter(question.answer for question in asked)
        assert answers.most_common(1)[0][1] / len(asked) < 0.22
        yes, no = (answers[word] for word in YES_NO[language])
        assert 0.45 < yes / (yes + no) < 0.55
        kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for question in asked:
            kinds[question.kind][question.answer] += 1
        assert set(kinds) == set(KINDS)
        for kind, of_kind in kinds.items():
            limit = 0.6 if kind in ("yes/no", "count") else 0.45
            assert of_kind.most_common(1)[0][1] / of_kind.total() < limit, (kind, of_kind)


def test_a_question_about_a_defect_does_not_tell_by_the_part_that_it_has_it() -> None:
    """What is denied could have been: a rubber part is never asked whether it is rusty."""
    rng = np.random.default_rng(3)
    rubber = scene_of("washer", Finish("rubber", "black"), "scratch")
    asked = {draw_question(rng, rubber, "en", "yes/no").text for _ in range(800)}
    assert not {"Is it rusty?", "Is it rusted?", "Is it bent?", "Is it dented?"} & asked
    assert "Is it cracked?" in asked and "Is it scratched?" in asked


def test_kinds_without_an_answer_are_not_asked() -> None:
    middle = Scene(Composition("gear", Finish("brass")), "tray")
    assert not {"colour", "position", "count"} & set(kinds_of(middle))
    assert count_of(middle) is None
    with pytest.raises(ValueError, match="no colour"):
        draw_question(np.random.default_rng(0), middle, "en", "colour")
    for defect in DEFECTS[1:3]:
        assert "defect" in kinds_of(scene_of("gear", Finish("brass"), defect))
