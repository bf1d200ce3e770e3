"""A second person's labels stay apart until a difference is settled; marks keep a photo out until it is labelled."""

from pathlib import Path

import pytest

from core.evaluation.agreement import agreement
from core.problems import Problem
from core.project.audit_check import check_trail
from core.project.opinions import Pair
from core.project.store import Project
from tests.core.project.photo_tree import project_with

OK, NG = 1, 2


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Six photos that 田中 labelled: three of each."""
    project = project_with(tmp_path, {"x": 6})
    project.add_class("良品")
    project.add_class("キズ")
    project.label([1, 2, 3], OK)
    project.label([4, 5, 6], NG)
    return project


def second(project: Project, labels: dict[int, int], user: str = "佐藤") -> None:
    before, project.user = project.user, user
    for photo_id, class_id in labels.items():
        project.label_second([photo_id], class_id)
    project.user = before


def labels_of(project: Project) -> dict[int, int | None]:
    return {photo.id: photo.class_id for photo in project.photos("all")}


class TestSecondOpinion:
    def test_leaves_the_labels_that_count_and_what_is_trained_on_as_they_are(self, project: Project) -> None:
        before, revision = labels_of(project), project.snapshot().id
        second(project, {1: NG, 2: OK})
        assert labels_of(project) == before and project.snapshot().id == revision
        assert project.opinions.of("佐藤") == {1: NG, 2: OK} and project.opinions.of("田中") == {}

    def test_each_person_has_one_label_per_photo(self, project: Project) -> None:
        second(project, {1: NG})
        second(project, {1: OK})
        second(project, {1: NG}, "鈴木")
        assert project.opinions.people() == ["佐藤", "鈴木"]
        assert (project.opinions.of("佐藤"), project.opinions.of("鈴木")) == ({1: OK}, {1: NG})

    def test_is_a_step_that_undo_takes_back_and_redo_brings_back(self, project: Project) -> None:
        project.user = "佐藤"
        project.label_second([1, 2, 3], NG)
        step = project.next_undo()
        assert step is not None and (step.kind, step.changes) == ("second_label", 3)
        project.label_second([2], None)
        assert project.opinions.of("佐藤") == {1: NG, 3: NG}
        project.undo()
        project.undo()
        assert project.opinions.of("佐藤") == {}
        project.redo()
        assert project.opinions.of("佐藤") == {1: NG, 2: NG, 3: NG}

    def test_pairs_are_of_two_people_and_of_photos_both_labelled(self, project: Project) -> None:
        project.label([6], None)
        project.exclude([5])
        second(project, {1: NG, 4: NG, 5: OK, 6: OK})
        second(project, {2: NG}, "田中")  # the first person again is no second one
        assert project.opinions.pairs() == [
            Pair(1, OK, "田中", NG, "佐藤", False),
            Pair(4, NG, "田中", NG, "佐藤", False),
        ]
        assert [photo.id for photo in project.photos("differing")] == [1]

    def test_goes_with_the_class_it_names_and_comes_back_with_it(self, project: Project) -> None:
        second(project, {1: NG, 2: OK})
        project.settle({1: NG})
        project.remove_class(NG)
        assert project.opinions.of("佐藤") == {2: OK}
        assert [pair.settled for pair in project.opinions.pairs()] == [False]
        project.undo()
        assert project.opinions.of("佐藤") == {1: NG, 2: OK}
        assert [pair.settled for pair in project.opinions.pairs()] == [True, False]


class TestSettling:
    def test_what_is_settled_is_what_training_takes(self, project: Project) -> None:
        second(project, {1: NG, 2: NG})
        project.user = "部長"
        project.settle({1: NG, 2: OK})
        assert labels_of(project)[1] == NG and labels_of(project)[2] == OK
        label_of = {Path(photo.path).name: photo.label for photo in project.snapshot().photos}
        assert (label_of["000.png"], label_of["001.png"]) == (1, 0)
        assert project.photos("differing") == []
        assert project.photo(1).labelled_by == "部長"

    def test_does_not_change_how_far_the_two_agreed(self, project: Project) -> None:
        second(project, {1: NG, 2: NG, 3: OK, 4: NG})
        before = [(pair.first_id, pair.second_id) for pair in project.opinions.pairs()]
        project.user = "部長"
        project.settle({1: NG, 2: OK})
        assert [(pair.first_id, pair.second_id) for pair in project.opinions.pairs()] == before
        project.settle({1: OK})
        assert [(pair.first_id, pair.second_id) for pair in project.opinions.pairs()] == before

    def test_is_undone_in_one_step(self, project: Project) -> None:
        second(project, {1: NG})
        before = labels_of(project)
        project.settle({1: NG})
        project.undo()
        assert labels_of(project) == before and [p.id for p in project.photos("differing")] == [1]
        assert check_trail(project.trail).ok

    def test_a_new_first_label_opens_the_question_again(self, project: Project) -> None:
        second(project, {1: NG})
        project.settle({1: NG})
        project.label([1], OK)
        assert [photo.id for photo in project.photos("differing")] == [1]


class TestMarks:
    def test_nothing_is_learned_from_a_photo_that_somebody_is_not_sure_about(self, project: Project) -> None:
        project.mark_unsure([1, 4])
        assert len([p for p in project.snapshot().photos if "photos/" in p.path]) == 4
        counts = project.counts()
        assert (counts.labelled, counts.unsure, counts.unlabelled, counts.usable) == (4, 2, 0, 6)
        assert [photo.id for photo in project.photos("unsure")] == [1, 4]

    def test_a_label_settles_the_doubt_and_undo_brings_both_back(self, project: Project) -> None:
        project.mark_unsure([1])
        project.label([1], NG)
        assert not project.photo(1).unsure and project.counts().unsure == 0
        project.undo()
        assert project.photo(1).unsure and project.photo(1).class_id == OK

    def test_a_comment_stays_whatever_becomes_of_the_label(self, project: Project) -> None:
        project.comment([1, 2], "  光の反射かもしれない ")
        project.mark_unsure([1])
        project.label([1], NG)
        assert [photo.comment for photo in project.photos("commented")] == ["光の反射かもしれない"] * 2
        project.comment([1], "")
        assert [photo.id for photo in project.photos("commented")] == [2]
        project.undo()
        assert project.photo(1).comment == "光の反射かもしれない"


class TestCodes:
    def test_a_code_is_kept_as_it_is_compared(self, project: Project) -> None:
        project.edit_class(OK, code=" 4901234567894\r\x1d")
        assert project.product_class(OK).code == "4901234567894"

    def test_one_code_is_one_class(self, project: Project) -> None:
        project.edit_class(OK, code="A-1")
        with pytest.raises(Problem) as caught:
            project.edit_class(NG, code="A-1")
        assert caught.value.code == "project.code_exists"
        project.edit_class(OK, code="")
        project.edit_class(NG, code="A-1")

    @pytest.mark.parametrize(("typed", "kept"), [("a", "a"), ("Ａ", "a"), ("７", "7"), ("Z", "z")])
    def test_own_keys_are_kept_as_on_a_keyboard_without_an_input_method(
        self, project: Project, typed: str, kept: str
    ) -> None:
        project.edit_class(OK, key=typed)
        assert project.product_class(OK).key == kept


class TestAgreement:
    def test_cohens_own_example(self) -> None:
        """Cohen (1960), table 1 as counts of 200: p_o = .70, p_e = .41, κ = .492."""
        table = {("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18, ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10,
                 ("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12}  # fmt: skip
        pairs = [pair for pair, count in table.items() for _ in range(count)]
        found = agreement([one for one, _ in pairs], [other for _, other in pairs])
        assert (found.n, found.same) == (200, 140)
        assert found.kappa is not None and found.kappa.mean == pytest.approx((0.70 - 0.41) / 0.59)
        # Cohen's own standard error, sqrt(p_o (1 - p_o) / n) / (1 - p_e), gives nearly the same interval.
        half = 1.959964 * (0.7 * 0.3 / 200) ** 0.5 / 0.59
        assert found.kappa.low == pytest.approx(found.kappa.mean - half, abs=0.01)
        assert found.kappa.high == pytest.approx(found.kappa.mean + half, abs=0.01)

    def test_few_photos_without_a_difference_claim_no_certainty(self) -> None:
        found = agreement([1, 2, 1, 2], [1, 2, 1, 2])
        assert found.kappa is not None and found.kappa.mean == 1
        assert found.kappa.high == pytest.approx(1) and found.kappa.low < 0.2

    @pytest.mark.parametrize(("first", "second"), [([], []), ([1, 1, 1], [1, 1, 1])])
    def test_it_says_nothing_where_there_is_nothing_to_tell(
        self, first: list[int], second: list[int]
    ) -> None:
        assert agreement(first, second).kappa is None

    def test_two_who_agree_less_than_by_chance_are_below_zero(self) -> None:
        found = agreement([1, 2] * 20, [2, 1] * 20)
        assert found.kappa is not None and found.kappa.mean == -1
