"""A recommendation is drawn from intervals, and from nothing else; which ways belong to which stage."""

from dataclasses import replace
from typing import Any

import pytest

from core.evaluation.compare import Change
from core.methods.presets import load_presets
from core.poc.advice import Advice, advise
from core.poc.evidence import Evidence, Gain, Wish
from core.poc.handover import Handover
from core.poc.presets import STRONG_ON_FEATURES, STRONG_PRESET, recommend_at, stage_of
from core.problems import catalogue, problem_text
from core.project.decisions import Decision, Standing
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.training.result import Interval

WISH = Wish(figure="base", least=0.9)


def gain(change: Change) -> Gain:
    return Gain(photos=60, before=40, after=50, low=0.1, high=0.2, change=change)


def evidence(low: float, high: float, **other: Any) -> Evidence:
    told: dict[str, Any] = {
        "run": "run-2",
        "preset": "coop",
        "composition": "coop",
        "wish": WISH,
        "tuned": {"base": Interval(mean=(low + high) / 2, low=low, high=high, n=60)},
        "zero_shot": {},
        "learned": gain(Change.BETTER),
        "held_back": gain(Change.UNCLEAR),
        "probe": False,
        "tried": 1,
    }
    return Evidence(**(told | other))


def decision(**other: Any) -> Decision:
    first = Decision(1, "", 1, "go", 2, "田中", "x", "run-1", {}, None)
    return replace(first, **other)


FIRST = Standing(1)
SECOND = Standing(2, "open", decision())


def said(standing: Standing, found: Evidence | None, handover: Handover | None = None) -> tuple[object, ...]:
    advice = advise(standing, found, handover or Handover())
    assert advice.code in catalogue()
    for language in ("ja", "en"):
        text = problem_text(advice.code, advice.data, language)
        assert "?" not in str(text), "every fact is filled in"
    return advice.verdict, advice.to, advice.code.removeprefix("stage.")


@pytest.mark.parametrize(
    ("low", "high", "first", "second"),
    [
        (0.90, 0.97, ("go", 3, "reached"), ("go", 3, "reached")),
        (0.89, 0.97, ("not-yet", 1, "unclear"), ("not-yet", 2, "unclear")),
        (0.80, 0.90, ("not-yet", 1, "unclear"), ("not-yet", 2, "unclear")),
        (0.80, 0.89, ("go", 2, "missed_small"), ("not-yet", 2, "missed_strong")),
    ],
)
def test_a_figure_counts_by_both_ends_of_its_interval(
    low: float, high: float, first: tuple[object, ...], second: tuple[object, ...]
) -> None:
    assert said(FIRST, evidence(low, high)) == first
    assert said(SECOND, evidence(low, high)) == second


def test_without_an_interval_there_is_no_verdict() -> None:
    assert said(FIRST, None) == (None, 1, "no_run")
    assert said(FIRST, evidence(0.95, 0.99, tuned={})) == (None, 1, "unmeasured")
    assert said(FIRST, evidence(0.95, 0.99, wish=Wish(figure="h", least=0.5))) == (None, 1, "unmeasured")


def test_what_became_worse_outweighs_a_wish_that_is_reached() -> None:
    worse = gain(Change.WORSE)
    assert said(FIRST, evidence(0.95, 0.99, held_back=worse)) == ("not-yet", 1, "new_became_worse")
    assert said(SECOND, evidence(0.95, 0.99, learned=worse)) == ("not-yet", 2, "base_became_worse")


def test_it_is_stopped_only_when_strength_brought_nothing() -> None:
    assert said(SECOND, evidence(0.5, 0.7, learned=gain(Change.UNCLEAR))) == (
        "no-go", 2, "missed_without_gain",
    )  # fmt: skip


def test_a_result_that_does_not_belong_to_the_stage_says_nothing() -> None:
    strong = evidence(0.95, 0.99, composition="pt-peft(lora)")
    assert said(FIRST, strong) == (None, 1, "not_small")
    assert said(SECOND, strong) == ("go", 3, "reached")
    assert said(SECOND, evidence(0.95, 0.99, run="run-1")) == (None, 2, "not_strengthened")


def test_the_hand_over_waits_for_all_four() -> None:
    third = Standing(3, "open", decision())
    some = Handover(package="a.hkd", report="r.html", onsite_pc="  ")
    assert some.missing == ("onsite_pc", "owner")
    assert said(third, None, some) == ("not-yet", 3, "handover_missing")
    full = some.model_copy(update={"onsite_pc": "検査PC-3", "owner": "佐藤"})
    assert said(third, None, full) == ("go", 3, "handover_ready")
    assert said(Standing(3, "handed-over", decision()), None, full)[0] is None
    assert said(Standing(1, "stopped", decision()), evidence(0.95, 0.99))[0] is None


def test_the_figures_are_said_in_the_words() -> None:
    advice = advise(FIRST, evidence(0.80, 0.885), Handover())
    assert isinstance(advice, Advice)
    words = str(problem_text(advice.code, advice.data, "ja"))
    for figure in ("90 %", "80〜88.5 %", "60 枚"):
        assert figure in words


def test_small_and_safe_is_what_leaves_the_model_as_it_is_and_a_prefix() -> None:
    small = {preset.composition for preset in load_presets() if stage_of(preset.composition) == 1}
    strong = {preset.composition for preset in load_presets()} - small
    assert {"coop", "kgcoop", "dept(coop)", "npt(coop)", "prefix", "zero-shot", "linear-probe"} <= small
    assert {"lora", "full", "pt-peft(lora)", "maple", "dept(lora)", "npt(dept(maple))"} <= strong


def revision(per_class: int) -> DataRevision:
    classes = tuple(ClassEntry(name=str(k), description="part", role="base") for k in range(3))
    photos = tuple(
        PhotoEntry(path=f"{k}-{number}", label=k, part="train")
        for k in range(3)
        for number in range(per_class)
    )
    return DataRevision(root="", classes=classes, photos=photos)


def test_a_stronger_preset_only_where_the_small_one_fell_short() -> None:
    plenty = revision(10)
    assert recommend_at(FIRST, plenty).preset == "coop-dept"
    assert recommend_at(SECOND, plenty).preset == STRONG_PRESET
    assert recommend_at(SECOND, plenty, features_only=True).preset == STRONG_ON_FEATURES
    reached = Standing(2, "open", decision(seen={"reach": "reached"}))
    assert recommend_at(reached, plenty) == recommend_at(FIRST, plenty)
    assert recommend_at(SECOND, revision(2)) == recommend_at(FIRST, revision(2)), (
        "too few photos for strength"
    )
    names = {preset.name: preset for preset in load_presets()}
    assert stage_of(names[STRONG_PRESET].composition) == 2
    assert recommend_at(SECOND, plenty).reason_code in catalogue()
    assert recommend_at(SECOND, plenty, features_only=True).reason_code in catalogue()
