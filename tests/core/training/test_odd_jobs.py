"""Jobs at the edges: each has a defined end, and a message that says what to do."""

from pathlib import Path

import pytest

from core.backbones.clip import Backbone
from core.problems import Problem, problem_text
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.training import features
from core.training.events import Event, Failed, Finished, Progress, Stage, Warned
from core.training.job import HyperValue
from core.training.loop import train
from core.training.result import TrainResult
from core.training.run import Run
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import QUICK, tiny_revision, tiny_run

LONG_TEXT = "a very long description of a part " * 9


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def revision(tmp_path_factory: pytest.TempPathFactory) -> DataRevision:
    return tiny_revision(tmp_path_factory.mktemp("photos"))


def _named(revision: DataRevision, **first: str) -> DataRevision:
    """The revision with other words for its first class."""
    classes = (revision.classes[0].model_copy(update=first), *revision.classes[1:])
    return revision.model_copy(update={"classes": classes})


def _train(
    folder: Path,
    composition: str,
    revision: DataRevision,
    backbone: Backbone,
    hyper: dict[str, HyperValue] | None = None,
) -> tuple[TrainResult, list[Event]]:
    events: list[Event] = []
    if hyper is None and composition in ("linear-probe", "nearest-mean", "tip-adapter"):
        hyper = {}
    run = tiny_run(folder / "run", composition, hyper, backbone=NAME, revision=revision)
    return train(run, events.append, backbone=backbone), events


def _refused(folder: Path, composition: str, revision: DataRevision, backbone: Backbone) -> Problem:
    with pytest.raises(Problem) as caught:
        _train(folder, composition, revision, backbone)
    events = Run(folder / "run").events()
    assert isinstance(events[-1], Failed)
    assert events[-1].code == caught.value.code
    assert not any(isinstance(event, Progress) for event in events), "refused before any photo was opened"
    for language in ("ja", "en"):
        text = problem_text(caught.value.code, caught.value.data, language)
        assert text.what
        assert text.do
        assert "?" not in str(text).replace("？", "")
    return caught.value


def test_one_class_alone_cannot_be_learned_but_judged(
    revision: DataRevision, backbone: Backbone, tmp_path: Path
) -> None:
    classes = tuple(
        entry.model_copy(update={"role": "base" if index == 0 else "new"})
        for index, entry in enumerate(revision.classes)
    )
    alone = revision.model_copy(update={"classes": classes})
    for number, composition in enumerate(("coop", "linear-probe", "vpt-shallow")):
        problem = _refused(tmp_path / str(number), composition, alone, backbone)
        assert (problem.code, problem.data) == ("training.one_class", {"name": "赤"})
    result, _ = _train(tmp_path, "zero-shot", alone, backbone)
    assert result.metrics["tuned"].base == 1.0


@pytest.mark.parametrize("composition", ["coop", "dept(coop)", "vpt-deep", "tip-adapter", "linear-probe"])
def test_one_photo_of_each_class_is_enough(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str
) -> None:
    seen: set[int] = set()
    photos = []
    for photo in revision.photos:
        if photo.part != "train" or photo.label not in seen:
            photos.append(photo)
        if photo.part == "train":
            seen.add(photo.label)
    few = revision.model_copy(update={"photos": tuple(p for p in photos if p.part != "val")})
    result, events = _train(tmp_path, composition, few, backbone)
    assert isinstance(events[-1], Finished)
    assert result.steps == (3 if result.epochs == 3 else 1)


@pytest.mark.slow
@pytest.mark.parametrize("composition", ["dept(coop)", "nearest-mean"])
def test_five_hundred_classes(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str
) -> None:
    pictures = [photo.path for photo in revision.photos]
    count = 500
    photos = tuple(
        PhotoEntry(path=pictures[label % len(pictures)], label=label, part="train", sha256=f"{label:064x}")
        for label in range(count)
    )
    classes = tuple(
        ClassEntry(name=f"種類{n}", description=f"part number {n}", role="base") for n in range(count)
    )
    many = revision.model_copy(update={"classes": classes, "photos": photos})
    hyper: dict[str, HyperValue] = {"training.epochs": 1, "training.batch_size": 64, "training.views": 1}
    result, events = _train(
        tmp_path, composition, many, backbone, hyper if composition == "dept(coop)" else {}
    )
    assert isinstance(events[-1], Finished)
    assert result.steps == (500 // 64 if composition == "dept(coop)" else 1)
    assert result.metrics["tuned"].base is None


@pytest.mark.parametrize("composition", ["zero-shot", "coop", "dept(vpt-shallow)"])
def test_names_of_pictures_are_names(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str
) -> None:
    odd = _named(revision, name="🔩👩‍🔧", description="")
    result, events = _train(tmp_path, composition, odd, backbone)
    assert isinstance(events[-1], Finished)
    assert result.metrics["tuned"].base is not None


@pytest.mark.parametrize("composition", ["zero-shot", "coop", "vpt-shallow", "linear-probe"])
@pytest.mark.parametrize("place", [0, 3])
def test_a_description_that_the_model_cannot_read_whole_is_refused(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str, place: int
) -> None:
    classes = list(revision.classes)
    classes[place] = classes[place].model_copy(update={"description": LONG_TEXT})
    problem = _refused(
        tmp_path, composition, revision.model_copy(update={"classes": tuple(classes)}), backbone
    )
    assert (problem.code, problem.data["name"]) == ("methods.too_long_description", classes[place].name)


def test_a_long_name_with_a_short_description_is_no_matter(
    revision: DataRevision, backbone: Backbone, tmp_path: Path
) -> None:
    _, events = _train(tmp_path, "coop", _named(revision, name="長" * 300), backbone)
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(
    ("name", "description", "told"),
    [("", "red part", 1), ("  ", "", 1), ("赤", "...", "赤"), ("_", "", "_")],
)
def test_a_class_without_words_is_refused_by_name_or_number(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, name: str, description: str, told: object
) -> None:
    odd = _named(revision, name=name, description=description)
    problem = _refused(tmp_path, "zero-shot", odd, backbone)
    assert (problem.code, problem.data) == ("methods.class_without_words", {"name": told})


@pytest.mark.parametrize(
    ("composition", "judged_by"),
    [("linear-probe", "zero_shot"), ("coop", "method"), ("dept(coop)", "method")],
)
def test_who_judges_new_classes_is_said(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str, judged_by: str
) -> None:
    result, events = _train(tmp_path, composition, revision, backbone)
    assert result.new_judged_by == judged_by
    warned = [event.data for event in events if isinstance(event, Warned) and "new_by" in event.code]
    assert warned == ([{"classes": 2}] if judged_by == "zero_shot" else [])
    if judged_by == "zero_shot":
        assert result.metrics["tuned"].new == result.metrics["zero_shot"].new


@pytest.mark.parametrize("composition", ["linear-probe", "nearest-mean", "tip-adapter"])
def test_what_learns_at_once_has_one_step_and_no_recipe(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, composition: str
) -> None:
    result, events = _train(tmp_path, composition, revision, backbone)
    assert (result.steps, result.epochs, result.kept_epoch) == (1, 1, 1)
    assert result.stopped_because == "learned_at_once"
    assert [event.stage for event in events if isinstance(event, Stage)][3] == "train"


def test_a_result_of_an_older_program_is_still_read(
    revision: DataRevision, backbone: Backbone, tmp_path: Path
) -> None:
    result, _ = _train(tmp_path, "zero-shot", revision, backbone)
    older = result.model_dump(exclude={"new_judged_by", "decisions"})
    assert TrainResult.model_validate(older) == result


def test_many_runs_share_a_backbone_and_a_cache(
    revision: DataRevision, backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [tiny_run(tmp_path / name, "coop", QUICK, backbone=NAME, revision=revision) for name in "ab"]
    first = train(runs[0], lambda _: None, backbone=backbone, cache=tmp_path / "cache")
    monkeypatch.setattr(features, "open_photo", lambda *_, **__: pytest.fail("a photo was opened again"))
    second = train(runs[1], lambda _: None, backbone=backbone, cache=tmp_path / "cache")
    assert first.predictions == second.predictions
    assert not any((run / "cache").exists() for run in runs)
