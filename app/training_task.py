"""What differs between tasks on the page where training is started and watched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.text_choice import TextChoice
from app.training_choice import TrainingChoice
from core.doctor import Check, preflight
from core.evaluation.wish import wish_of
from core.project.revision import DataRevision
from core.project.store import Project
from core.tasks.freeze import freeze_texts
from core.tasks.preflight import text_preflight
from core.tasks.revision import TextRevision
from core.tasks.texts import Task
from core.tasks.writers import writer_card
from core.training.job import DATA_FILE, Job, TextJob, TrainJob, save_job
from core.training.run import Run


@dataclass(frozen=True)
class Ready:
    """What was looked at before training."""

    revision: DataRevision | TextRevision
    checks: tuple[Check, ...]


class TrainingTask(Protocol):
    """How a project's training is prepared. What takes a while is for another thread."""

    def look(self, project: Project) -> Ready:
        """The data and what is in the way; takes a while. Raises Problem where there is nothing to train on."""
        ...

    def chosen(self, project: Project) -> bool:
        """Whether the operator chose how to train."""
        ...

    def is_of(self, project: Project, job: Job) -> bool:
        """Whether a run was asked for by the present choice. Raises Problem when the choice does not fit."""
        ...

    def writing(self, project: Project, ready: Ready) -> Callable[[], Run]:
        """Writes the run as it is chosen now; the call itself takes a while."""
        ...


class Kinds:
    """Telling kinds apart."""

    def look(self, project: Project) -> Ready:
        """Raises Problem as `snapshot`."""
        revision = project.snapshot()
        checks = preflight(revision, project.runs_folder, broken=len(project.unreadable()))
        return Ready(revision, tuple(checks))

    def chosen(self, project: Project) -> bool:
        """Whether a preset is chosen."""
        return bool(TrainingChoice.of(project).preset)

    def is_of(self, project: Project, job: Job) -> bool:
        """Raises Problem as `TrainingChoice.is_of`."""
        return isinstance(job, TrainJob) and TrainingChoice.of(project).is_of(job)

    def writing(self, project: Project, ready: Ready) -> Callable[[], Run]:
        """The choice as it is now."""
        choice = TrainingChoice.of(project)

        def write() -> Run:
            run = project.new_run_folder()
            ready.revision.save(run / DATA_FILE)
            job = choice.job(run, project.features_file if project.features_only is not None else None)
            save_job(job.model_copy(update={"wished_error": wish_of(project)}))
            return Run(run)

        return write


class Texts:
    """Describing photos, or answering questions about them."""

    def look(self, project: Project) -> Ready:
        """Raises Problem as `freeze_texts`, `writer_card`."""
        revision = freeze_texts(project)
        card = writer_card(TextChoice.of(project).model)
        broken = len(project.unreadable())
        return Ready(revision, tuple(text_preflight(revision, card, project.runs_folder, broken=broken)))

    def chosen(self, project: Project) -> bool:
        """Whether a preset is chosen."""
        return bool(TextChoice.of(project).preset)

    def is_of(self, project: Project, job: Job) -> bool:
        """Raises Problem as `TextChoice.is_of`."""
        return isinstance(job, TextJob) and TextChoice.of(project).is_of(job)

    def writing(self, project: Project, ready: Ready) -> Callable[[], Run]:
        """The choice as it is now."""
        choice = TextChoice.of(project)

        def write() -> Run:
            card = writer_card(choice.model)
            run = project.new_run_folder()
            ready.revision.save(run / DATA_FILE)
            job = choice.job(run, model_sha256=card.sha256)
            save_job(job.model_copy(update={"wished_error": wish_of(project)}))
            return Run(run)

        return write


def training_task(task: Task) -> TrainingTask:
    """What fits a task."""
    return Kinds() if task == "classification" else Texts()
