"""A project whose model writes, and runs as the engine leaves them, without the engine."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from core.evaluation.compare import Change
from core.evaluation.unsure import choose_threshold
from core.photos.scan import scan
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.freeze import freeze_texts
from core.tasks.result import Group, MeasureChange, TextPrediction, TextResult
from core.tasks.texts import TextTask
from core.training.events import Event, Finished, Stage, StateChanged, TextEpoch
from core.training.job import DATA_FILE, TextJob, save_job
from core.training.result import Interval, Validated
from core.training.run import Run
from tests.app.run_data import write_story

STAGES = ("prepare", "zero_shot", "train", "evaluate", "save", "verify")
QUESTIONS = ("色は?", "穴はありますか?")
OTHER = "0"


ENGLISH = ("Colour?", "Holes?"), ("red", "blue"), ("no", "yes"), "Part {} here."
JAPANESE = QUESTIONS, ("赤", "青"), ("いいえ", "はい"), "部品 {} です。"


def make_text_project(
    folder: Path, task: TextTask = "vqa", photos: int = 30, *, english: bool = False
) -> Project:
    """Small photos, each with two descriptions and two questions; what is asked second is mostly no."""
    questions, colours, holes, caption = ENGLISH if english else JAPANESE
    place = folder / "photos"
    place.mkdir(parents=True)
    for number in range(photos):
        Image.effect_noise((64, 48), 20 + 5 * number).convert("RGB").save(place / f"photo_{number:03}.png")
    project = Project.create(folder / "project", "ラインの記録")
    project.add_photos(scan(place))
    project.choose_task(task)
    captions = {p.id: [caption.format(n), caption.format(f"{n}!")] for n, p in enumerate(project.photos())}
    asked = {
        p.id: [
            Asked(questions[0], (colours[0 if n % 2 else 1],)),
            Asked(questions[1], (holes[0 if n % 5 else 1],)),
        ]
        for n, p in enumerate(project.photos())
    }
    project.texts.add(captions, asked)
    return project


def changed(before: float, after: float, change: Change, n: int = 9) -> MeasureChange:
    """A measure before and after."""
    ends = [
        Interval(mean=value, low=value - 0.1, high=value + 0.1, n=n)
        for value in (before, after, after - before)
    ]
    return MeasureChange(before=ends[0], after=ends[1], difference=ends[2], change=change)


def make_text_run(
    project: Project,
    change: Change = Change.BETTER,
    *,
    preset: str = "lora",
    composition: str = "lora",
    known: Change | None = None,
    events: Sequence[Event] | None = None,
    right_every: int = 2,
    result: bool = True,
) -> Run:
    """A run on the project's texts as they are; every so many answers are right."""
    run = Run(project.new_run_folder())
    revision = freeze_texts(project)
    revision.save(run.folder / DATA_FILE)
    save_job(TextJob(run=str(run.folder), preset=preset, composition=composition))
    write_story(run, text_story() if events is None else events)
    if not result:
        return run
    measure = "vqa_accuracy" if revision.task == "vqa" else "cider"
    before, after = (0.4, 0.7) if revision.task == "vqa" else (1.25, 3.5)
    metrics: dict[Group, dict[str, MeasureChange]] = {"base": {measure: changed(before, after, change)}}
    if known is not None:
        metrics["known"] = {measure: changed(after, before, known, 100)}
    validated = tuple(Validated(probability=0.5 + n / 1000, right=n > 60) for n in range(400))
    rows = [(photo, each) for photo in revision.of("test") for each in photo.written]
    predictions = tuple(
        TextPrediction(
            photo=photo.path,
            role=photo.role,
            question=each.question,
            written=each.texts,
            said=each.texts[0] if number % right_every == 0 else OTHER,
            confidence=0.3 + 0.6 * number / len(rows),
            score=(1.0 if revision.task == "vqa" else 8.0) if number % right_every == 0 else 0.0,
            untouched_said="-",
            untouched_confidence=0.2,
            untouched_score=0.5 if number == 1 else 0.0,
        )
        for number, (photo, each) in enumerate(rows)
    )
    TextResult(
        task=revision.task,
        language=revision.language,
        composition=composition,
        preset=preset,
        model="embedded",
        model_sha256="0" * 64,
        revision=revision.id,
        seed=1,
        metrics=metrics,
        predictions=predictions,
        unsure=choose_threshold(validated) if revision.task == "vqa" else None,
        validated=validated if revision.task == "vqa" else (),
        right=0.5,
        learned_texts=40,
        questions=revision.questions,
        steps=60,
        epochs=12,
        kept_epoch=11,
        stopped_because="all_epochs",
        stages_s=dict.fromkeys(STAGES, 1.0),
        device="CPU",
        trained_parameters=4096,
    ).save(run.folder)
    return run


def text_story(rounds: int = 12, told: int | None = None, *, ended: bool = True) -> list[Event]:
    """What a worker tells of tuning a model that writes."""
    events: list[Event] = [StateChanged(state="running")]
    events += [Stage(stage=name, index=n, of=len(STAGES)) for n, name in enumerate(STAGES[:3], start=1)]
    events += [text_round(n, rounds) for n in range(1, (rounds if told is None else told) + 1)]
    if ended:
        events += [Stage(stage=name, index=n, of=len(STAGES)) for n, name in enumerate(STAGES[3:], start=4)]
        events.append(Finished(result={}))
    return events


def text_round(number: int, rounds: int = 12, stage: str = "tune", right: float | None = 0.25) -> TextEpoch:
    """One round."""
    return TextEpoch(
        epoch=number,
        epochs=rounds,
        stage=stage,
        loss=3.0 / number,
        right=right,
        check_loss=3.5 / number,
        seconds_left=60.0,
    )
