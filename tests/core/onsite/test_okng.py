"""OK and NG: guessed on the safe side, set by a person, kept for that list of classes."""

import pytest

from core.onsite.okng import OkNg, guess_ok_ng, load_ok_ng, save_ok_ng
from core.onsite.result import Verdict
from core.problems import Problem
from core.settings import locations


@pytest.mark.parametrize(
    ("name", "words", "verdict"),
    [
        ("良品", "", Verdict.OK),
        ("鋼ボルト 良品", "steel bolt", Verdict.OK),
        ("型番A-12 正常", "", Verdict.OK),
        ("Steel bolt OK", "", Verdict.OK),
        ("ＯＫ", "", Verdict.OK),
        ("合格", "", Verdict.OK),
        ("良", "", Verdict.OK),
        ("不良", "", Verdict.NG),
        ("不良品", "", Verdict.NG),
        ("ギア 異常", "", Verdict.NG),
        ("鋼ボルト キズ", "", Verdict.NG),
        ("x17", "a bolt with a scratch", Verdict.NG),
        ("NG", "", Verdict.NG),
        ("not ok", "", Verdict.NG),
        ("良品 キズあり", "", Verdict.NG),
        ("ギア", "white gear", Verdict.UNKNOWN),
        ("改良型", "a long bolt", Verdict.UNKNOWN),
        ("book", "a spring", Verdict.UNKNOWN),
    ],
)
def test_what_a_class_means_is_guessed_from_its_words(name: str, words: str, verdict: Verdict) -> None:
    assert guess_ok_ng({name: words}).verdict(name, unsure=False) is verdict


def test_an_unsure_answer_is_never_ok() -> None:
    assert OkNg(frozenset("a")).verdict("a", unsure=True) is Verdict.UNSURE


def test_what_a_person_said_is_kept_for_these_classes_and_no_others() -> None:
    classes = {"赤": "red", "緑": "green"}
    save_ok_ng(classes, load_ok_ng(classes).with_words(["緑"], [], classes))
    assert load_ok_ng({"緑": "", "赤": ""}).ok == {"緑"}
    assert load_ok_ng({"緑": "", "青": ""}).ok == set()
    save_ok_ng(classes, load_ok_ng(classes).with_words([], ["緑"], classes))
    assert load_ok_ng(classes) == OkNg(frozenset(), frozenset(("緑",)))
    assert load_ok_ng(classes).neither(classes) == ("赤",)


def test_a_class_added_on_site_changes_nothing_for_the_others() -> None:
    classes, added = {"良品": "", "青": "blue"}, {"青2": "blue again", "きず2": "a scratch"}
    save_ok_ng(classes, OkNg(frozenset(("青",)), frozenset(("良品",))))
    assert load_ok_ng(classes, added) == OkNg(frozenset(("青",)), frozenset(("良品", "きず2")))
    save_ok_ng(classes, load_ok_ng(classes, added).with_words(["青2"], [], [*classes, *added]))
    assert load_ok_ng(classes, added).ok == {"青", "青2"}
    assert load_ok_ng(classes).ok == {"青"}, "it is not offered now"


@pytest.mark.parametrize(
    ("ok", "ng", "code"), [(["紫"], [], "onsite.unknown_class"), (["赤"], ["赤"], "onsite.ok_and_ng")]
)
def test_what_makes_no_sense_is_refused(ok: list[str], ng: list[str], code: str) -> None:
    with pytest.raises(Problem) as caught:
        OkNg().with_words(ok, ng, ["赤", "緑"])
    assert caught.value.code == code


def test_a_spoiled_file_is_put_aside() -> None:
    path = locations().config / "ok_ng.json"
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    assert load_ok_ng({"良品": ""}).ok == {"良品"}
    assert path.with_suffix(".spoiled.json").exists()
