"""Parts and lots are told by folders and names; whatever is tied stays together; what could not is said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.leaks import Leak, leak_of, without_learned
from core.project.lots import Tied, as_same_part, count_lots, groups_to_keep, lot_of
from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry


@pytest.mark.parametrize(
    ("path", "lot"),
    [
        ("ok/A001_1.jpg", "ok/A001"),
        ("ok/A001_02.jpg", "ok/A001"),
        ("ok/A001 (3).jpg", "ok/A001"),
        ("ok/A001-b.jpg", "ok/A001"),
        ("ok/ボルト 12_表_3.png", "ok/ボルト 12_表"),
        ("IMG_0001.jpg", "IMG"),
        ("ok/0001.jpg", ""),
        ("ok/A001.jpg", ""),
        ("ok/_1.jpg", ""),
    ],
)
def test_the_front_of_a_name_tells_the_part(path: str, lot: str) -> None:
    assert lot_of(path, "name") == lot


def test_a_folder_tells_the_part_and_no_way_tells_none() -> None:
    assert lot_of("ok/lot 7/1.jpg", "folder") == "ok/lot 7"
    assert lot_of("ok/lot 7/1_2.jpg", "none") == ""
    assert as_same_part("name") == "name" and as_same_part(None) == as_same_part("?") == "none"


def test_a_photo_without_a_lot_is_one_of_its_own() -> None:
    assert count_lots(["a", "a", "", "b", ""]) == 4


def test_what_is_tied_through_a_third_photo_is_one_group() -> None:
    ties = [Tied("c", "1", "lot"), Tied("b", "2", "lot"), Tied("a", "2"), Tied("z", "3"), Tied("z", "4")]
    assert groups_to_keep(ties) == ["a", "a", "a", "z", "z"]
    assert groups_to_keep([Tied("a", "1"), Tied("b", "2")]) == ["", ""]


@given(
    st.lists(
        st.builds(Tied, *(st.sampled_from("abcdefgh"),) * 2, st.sampled_from(["", "x", "y"])), max_size=12
    )
)
def test_groups_depend_on_no_order(ties: list[Tied]) -> None:
    forward = groups_to_keep(ties)
    assert groups_to_keep(ties[::-1]) == forward[::-1]
    for first, one in zip(ties, forward, strict=True):
        for second, other in zip(ties, forward, strict=True):
            if first is not second and (first.content == second.content or first.alike == second.alike):
                assert one == other != ""


def revision(*photos: tuple[int, Part, str]) -> DataRevision:
    entries = tuple(
        PhotoEntry(path=f"{n}.jpg", label=label, part=part, sha256=f"{n}", group=group)
        for n, (label, part, group) in enumerate(photos)
    )
    classes = tuple(ClassEntry(name=name, description=name, role="base") for name in ("良品", "キズ"))
    return DataRevision(root="/", classes=classes, photos=entries)


def test_a_cut_group_is_a_leak_of_its_test_photos() -> None:
    cut = revision((0, "train", "g"), (1, "test", "g"), (1, "test", "g"), (0, "test", "h"), (0, "test", "h"))
    leak = leak_of(cut)
    assert leak == Leak((1,), photos=2, groups=1)
    assert leak.told(cut) == {"photos": 2, "groups": 1, "classes": "キズ"}


def test_groups_on_one_side_of_the_examination_are_no_leak() -> None:
    assert leak_of(revision((0, "train", "g"), (0, "val", "g"), (1, "test", ""), (1, "train", ""))) is None


def test_what_a_run_learned_is_no_examination_of_it() -> None:
    learned = revision((0, "train", "g"), (1, "test", ""), (0, "val", ""))
    drawn_anew = revision(
        (0, "test", "g"), (1, "test", ""), (0, "test", ""), (1, "test", "g"), (0, "train", "")
    )
    kept = without_learned(drawn_anew, learned)
    assert [photo.path for photo in kept.photos] == ["1.jpg", "4.jpg"]


def test_a_revision_without_groups_keeps_the_id_and_the_form_it_had(tmp_path: Path) -> None:
    """Runs of earlier versions go on from where they were."""
    plain = revision((0, "train", ""), (1, "test", ""))
    assert plain.id == "4dba2fe3992c5220b485701e4bb8358b1fd823b88c5ae8b08fa71bdec585c6a6"
    assert '"group"' not in plain.model_dump_json()
    tied = revision((0, "train", "g"), (1, "test", "g"))
    assert tied.id != plain.id
    assert DataRevision.model_validate_json(tied.model_dump_json()) == tied
