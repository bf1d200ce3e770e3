"""Classes that were added on site by their words: kept for the classes of the package, and offered again at each start."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.onsite.by_classes import ByClasses, ForClasses


class AddedClass(BaseModel):
    """A name, and the English words the model reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    description: str


class _Entry(ForClasses):
    added: tuple[AddedClass, ...]


_KEPT = ByClasses("added_classes.json", _Entry)


def load_added(classes: Sequence[str]) -> tuple[AddedClass, ...]:
    """What was added to a package with these classes."""
    kept = _KEPT.of(classes)
    return () if kept is None else kept.added


def save_added(classes: Sequence[str], added: Sequence[AddedClass]) -> None:
    """Keep what was added to a package with these classes. Raises OSError."""
    _KEPT.keep(_Entry(classes=tuple(sorted(classes)), added=tuple(added)))
