"""The runs of a project that are about its task."""

import logging
from collections.abc import Iterator

from core.problems import Problem
from core.project.store import Project
from core.tasks.texts import Task
from core.training.job import TextJob
from core.training.run import Run, runs_in

_LOG = logging.getLogger(__name__)


def runs_of(project: Project, task: Task) -> Iterator[Run]:
    """A project's runs of a task, newest first; of texts, those whose texts can be read."""
    if task == "classification":
        yield from runs_in(project.runs_folder)
        return
    for run in runs_in(project.runs_folder, TextJob):
        try:
            if run.text_revision.task == task:
                yield run
        except Problem as problem:
            _LOG.info("a run was passed over: %s", problem.code)
