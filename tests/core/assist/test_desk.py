"""Advice on a real project, with what a backbone saw written by hand."""

from pathlib import Path

import numpy as np
import pytest

from core.assist.check import check_description
from core.assist.desk import confirm, make
from core.assist.search import nearness_to_words
from core.assist.words import english_of, keep_scale, key_of, texts_cache
from core.backbones.store import ModelStore
from core.labelling.known import Known
from core.labelling.showing import (
    BY_GROUP,
    BY_WORDS,
    DOUBTED,
    DOUBTFUL,
    SUGGESTED,
    USEFUL,
    Showing,
    offer,
    show,
)
from core.photos.embeddings import keep_embeddings
from core.project.glossary import glossary
from core.project.store import Project
from tests.core.project.photo_tree import project_with

DIM, PER_CLASS = 12, 10


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Ten photos of a bolt, ten of a nut, ten of a washer, told by their folders; none is labelled."""
    project = project_with(tmp_path, {"ボルト": PER_CLASS, "ナット": PER_CLASS, "座金": PER_CLASS})
    for name in ("ボルト", "ナット", "座金"):
        project.add_class(name)
    return project


def backbone() -> str:
    return ModelStore().entry("embedded").sha256


def direction(name: str) -> np.ndarray:
    vector = np.full(DIM, 0.3, dtype=np.float32)
    vector[("ボルト", "ナット", "座金").index(name)] += 1.0
    return vector


def see(project: Project, *, words: bool = True, besides: int = 0) -> None:
    """Leave in the cache what a backbone would have seen: each class in a direction of its own."""
    rng = np.random.default_rng(0)
    photos = project.photos()[besides:]
    features = np.array([direction(photo.folder_label) + 0.05 * rng.normal(size=DIM) for photo in photos])
    if photos:
        keep_embeddings(
            project.folder / "cache", backbone(), [p.sha256 for p in photos], features.astype(np.float32)
        )
    if words:
        keep_scale(project.folder / "cache", backbone(), 30.0)
        told = ("bolt", "nut", "washer", "round thing")
        rows = [direction(name) for name in ("ボルト", "ナット", "座金")] + [direction("座金") - 0.4]
        keep_embeddings(
            texts_cache(project.folder / "cache"), backbone(), [key_of(each) for each in told], np.stack(rows)
        )


def test_before_anything_was_seen_there_is_no_advice_but_what_is_to_be_seen(project: Project) -> None:
    made = make(project, "embedded", also=["a crack"])
    assert (made.advice.seen, made.advice.of, made.advice.hints) == (0, 30, {})
    assert {sha for sha, _ in made.unseen} == {photo.sha256 for photo in project.photos()}
    assert set(made.unread) == {"bolt", "nut", "washer", "a crack"}


def test_words_may_be_read_before_any_photo_is_seen(project: Project) -> None:
    see(project, besides=30)
    made = make(project, "embedded")
    assert (made.advice.seen, made.advice.hints, made.unread) == (0, {}, ())
    assert len(made.unseen) == 30


def test_words_alone_suggest_before_the_first_label(project: Project) -> None:
    see(project)
    made = make(project, "embedded")
    names = {entry.id: entry.name for entry in project.classes()}
    assert len(made.advice.hints) == 30 and not made.unseen and not made.unread
    for photo in project.photos():
        assert names[made.advice.hints[photo.id].class_id] == photo.folder_label


def test_labels_alone_suggest_while_words_are_not_read(project: Project) -> None:
    see(project, words=False)
    ids = {entry.name: entry.id for entry in project.classes()}
    for photo in project.photos()[::3]:
        project.label([photo.id], ids[photo.folder_label])
    hints = make(project, "embedded").advice.hints
    assert len(hints) > 15
    assert all(
        ids[photo.folder_label] == hints[photo.id].class_id for photo in project.photos() if photo.id in hints
    )


def test_what_was_not_seen_yet_is_told_and_what_was_is_used_again(project: Project) -> None:
    see(project, besides=4)
    made = make(project, "embedded")
    assert (made.advice.seen, made.advice.of, len(made.unseen)) == (26, 30, 4)
    assert make(project, "embedded", made).sight is made.sight
    see(project)
    assert make(project, "embedded", made).sight is not made.sight


def test_a_wrong_label_is_doubted_until_it_is_mended_or_confirmed(project: Project) -> None:
    see(project)
    ids = {entry.name: entry.id for entry in project.classes()}
    photos = project.photos()
    for photo in photos:
        project.label([photo.id], ids[photo.folder_label])
    wrong = next(photo for photo in photos if photo.folder_label == "ナット")
    project.label([wrong.id], ids["座金"])
    doubts = make(project, "embedded").advice.doubts
    assert list(doubts) == [wrong.id] and doubts[wrong.id].class_id == ids["ナット"]
    confirm(project, {wrong.id: ids["座金"]})
    assert not make(project, "embedded").advice.doubts
    project.label([wrong.id], ids["ボルト"])
    assert list(make(project, "embedded").advice.doubts) == [wrong.id]


def test_advice_is_filters_and_orders_of_the_labels_page(project: Project) -> None:
    see(project)
    ids = {entry.name: entry.id for entry in project.classes()}
    for photo in project.photos()[:20]:
        project.label([photo.id], ids[photo.folder_label])
    project.label([project.photos()[0].id], ids["座金"])
    made = make(project, "embedded")
    known = Known(project, made.advice, "bolt")
    assert {(SUGGESTED, ""), (DOUBTED, "")} <= set(offer(known).filters)
    assert {USEFUL, BY_GROUP, DOUBTFUL, BY_WORDS} <= set(offer(known).orders)
    assert {photo.id for photo in show(known, Showing(SUGGESTED))} == set(made.advice.hints)
    assert show(known, Showing(order=DOUBTFUL))[0] == project.photos()[0]
    useful = show(known, Showing(order=USEFUL))
    assert [photo.class_id is None for photo in useful] == [True] * 10 + [False] * 20
    grouped = [made.advice.groups.get(photo.id) for photo in show(known, Showing(order=BY_GROUP))[:10]]
    assert grouped == sorted(grouped, key=lambda number: (number is None, number))
    nearest = show(known, Showing(order=BY_WORDS, words="bolt"))[:10]
    assert {photo.folder_label for photo in nearest} == {"ボルト"}
    assert not {SUGGESTED, DOUBTED} & {name for name, _ in offer(Known(project)).filters}


def test_words_that_no_backbone_has_read_order_nothing(project: Project) -> None:
    see(project)
    assert nearness_to_words("crack", project.photos(), project.folder / "cache") == {}


def test_japanese_is_searched_for_in_the_glossarys_english() -> None:
    assert english_of("さびたボルト", glossary()) != ""
    assert english_of("キズ", glossary()) == "scratch"
    assert english_of("謎のボルト", glossary()) == "bolt"
    assert english_of("謎", glossary()) == ""
    assert english_of("dented can", glossary()) == "dented can"


def test_a_description_is_checked_by_what_it_alone_finds(project: Project) -> None:
    see(project)
    ids = {entry.name: entry.id for entry in project.classes()}
    for photo in project.photos():
        project.label([photo.id], ids[photo.folder_label])
    made = make(project, "embedded")
    good = check_description(project, made, ids["ボルト"], "ボルト", "bolt")
    assert good is not None and (good.labelled, good.right, good.taken_for, good.takes) == (
        10,
        10,
        None,
        None,
    )
    bad = check_description(project, made, ids["ボルト"], "ボルト", "round thing")
    assert bad is not None and bad.right == 0 and bad.taken_for is not None
    new = check_description(project, made, None, "輪", "washer")
    assert new is not None and new.labelled == 0
    both = check_description(project, made, ids["ボルト"], "ボルト", "bolt\nround thing")
    assert both is not None and both.right == 10
    assert check_description(project, made, ids["ボルト"], "ボルト", "never read") is None
