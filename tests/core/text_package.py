"""A run about texts made by hand, and its package: the embedded model with something random learned on it."""

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.evaluation.compare import Change
from core.evaluation.unsure import choose_threshold
from core.package import export, text_export, writer
from core.package.export import ExportReport, export_run
from core.package.verify import verify_package
from core.problems import Language
from core.project.revision import Part
from core.tasks.course import TUNED_FILE
from core.tasks.embedded import load_text_model
from core.tasks.model import TextModel
from core.tasks.protocol import Told, Tuning
from core.tasks.result import MeasureChange, TextPrediction, TextResult
from core.tasks.revision import TextPhoto, TextRevision, WrittenText
from core.tasks.texts import TextTask
from core.tasks.tuned import save_tuned
from core.training.job import DATA_FILE, TextJob, save_job
from core.training.result import Interval, Validated
from core.training.run import Run

QUESTIONS = ("部品は何色ですか?", "Is it good?")
PARTS: tuple[Part, ...] = ("train", "train", "val", "test", "test", "test")
HYPER = {"lora.rank": 2, "lora.targets": "qkvo", "training.epochs": 2}


@dataclass(frozen=True)
class WrittenRun:
    """A run, its package, and the home directory of the PC that made both."""

    home: Path
    run: Run
    report: ExportReport

    @property
    def package(self) -> Path:
        return self.report.package

    @property
    def photos(self) -> list[Path]:
        """The test photos."""
        revision = self.run.text_revision
        return [revision.photo_path(photo) for photo in revision.of("test")]

    @property
    def result(self) -> TextResult:
        result = self.run.text_result()
        assert result is not None
        return result


@cache
def one_model() -> TextModel:
    """The embedded model, opened once: what is tuned is a copy."""
    return load_text_model()


def use_one_model(patch: pytest.MonkeyPatch) -> None:
    """Wherever a model is opened in this process, it is that one."""
    for module in (writer, text_export):
        patch.setattr(module, "open_writer", lambda *_: one_model())


@cache
def written_once(task: TextTask) -> WrittenRun:
    """Made once for the whole session; tests must not change it. The package is verified in this process: that a fresh one
    does it is a test of its own."""
    home = Path(tempfile.mkdtemp(prefix=f"hikidashi-{task}-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIKIDASHI_HOME", str(home))
        patch.setattr(export, "_verify_texts_afresh", verified_here)
        use_one_model(patch)
        run = make_run(home / "project" / "runs" / "1", task)
        return WrittenRun(home, run, export_run(run.folder, home / f"{task}.hkd"))


def verified_here(path: Path, run: Path) -> "export._Found":
    """As a fresh process finds it, without one."""
    found = verify_package(path, run=run)
    assert found.ok, [problem.code for problem in found.problems]
    assert found.max_difference is not None and found.run_difference is not None
    return export._Found(max(found.max_difference, found.run_difference), found.run_texts)


def make_run(folder: Path, task: TextTask, language: Language = "ja") -> Run:
    """A finished run of photos that show noise: what it wrote is what the tuned model writes."""
    revision = make_revision(folder.parent / f"{folder.name}-photos", task)
    folder.mkdir(parents=True)
    revision.save(folder / DATA_FILE)
    job = TextJob(run=str(folder), preset="lora", composition="lora", hyper=HYPER, device="cpu")
    save_job(job)
    model = one_model()
    tuning = model.tune("lora", HYPER, seed=1)
    _learn_anything(tuning)
    save_tuned(folder / TUNED_FILE, tuning, HYPER, model.card.sha256)  # type: ignore[arg-type]
    rows = [(photo, each) for photo in revision.of("test") for each in photo.written]
    pictures = [Image.open(revision.photo_path(photo)).convert("RGB") for photo, _ in rows]
    questions = [each.question for _, each in rows]
    told: list[Told]
    if task == "caption":
        told = tuning.writer.caption(pictures, language)
    else:
        told = tuning.writer.answer(pictures, questions)
    measured = MeasureChange(
        before=Interval(mean=0.4, low=0.2, high=0.6, n=3),
        after=Interval(mean=0.7, low=0.5, high=0.9, n=3),
        difference=Interval(mean=0.3, low=0.1, high=0.5, n=3),
        change=Change.BETTER,
    )
    validated = [Validated(probability=0.3 + n / 100, right=n > 9) for n in range(40)]
    TextResult(
        task=task,
        language=language,
        composition="lora",
        preset="lora",
        model=job.model,
        model_sha256=model.card.sha256,
        revision=revision.id,
        seed=1,
        metrics={"base": {"cider" if task == "caption" else "vqa_accuracy": measured}},
        predictions=tuple(
            TextPrediction(
                photo=photo.path, role="base", question=each.question, written=each.texts, said=said.text,
                confidence=said.confidence, score=0.5, complete=said.complete, untouched_said="",
                untouched_confidence=0.1, untouched_score=0.0,
            )
            for (photo, each), said in zip(rows, told, strict=True)
        ),
        unsure=choose_threshold(validated, 1 / 4) if task == "vqa" else None,
        validated=tuple(validated) if task == "vqa" else (),
        learned_texts=4,
        questions=QUESTIONS if task == "vqa" else (),
        steps=4,
        epochs=2,
        kept_epoch=2,
        stopped_because="all_epochs",
        stages_s={},
        device="cpu",
        trained_parameters=sum(value.numel() for value in tuning.learned_state().values()),
    ).save(folder)  # fmt: skip
    return Run(folder)


def make_revision(folder: Path, task: TextTask) -> TextRevision:
    """Photos of noise, two texts to each."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(4)
    photos = []
    for number, part in enumerate(PARTS):
        name = f"秘密-{number}.png"
        Image.fromarray(rng.integers(0, 256, (80, 100, 3), dtype=np.uint8)).save(folder / name)
        if task == "caption":
            written = (WrittenText(texts=(f"工場の秘密の文{number}", "きずのある部品です。")),)
        else:
            written = tuple(WrittenText(question=text, texts=("赤い工場の秘密",)) for text in QUESTIONS)
        photos.append(TextPhoto(path=name, part=part, written=written))
    return TextRevision(root=str(folder), task=task, photos=tuple(photos))


def manifest_facts(path: Path) -> dict[str, object]:
    """The manifest of a package as plain values."""
    from core.package.archive import open_any_package
    from core.package.manifest import encode_manifest

    facts: dict[str, object] = json.loads(encode_manifest(open_any_package(path).manifest))
    return facts


def _learn_anything(tuning: Tuning) -> None:
    generator = torch.Generator().manual_seed(7)
    state = tuning.learned_state()
    tuning.load_learned_state(
        {
            name: value + 0.004 * torch.randn(value.shape, generator=generator)
            for name, value in sorted(state.items())
        }
    )
