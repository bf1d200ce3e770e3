"""Which tasks the engine can train by now. Texts can be written, taken in and given out for all of them."""

from core.tasks.texts import Task

TRAINED: frozenset[Task] = frozenset(("classification",))


def can_train(task: Task) -> bool:
    """Whether a model can be tuned to this task."""
    return task in TRAINED
