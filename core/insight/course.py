"""How far classes were from neural collapse, round by round of a training (NPT's claim); needs no engine to be read."""

from collections.abc import Iterable, Sequence
from typing import Literal

from core.training.events import Collapse, Event

Group = Literal["base", "new"]
# What is shown to people, of all that is told.
MEASURES = ("text_etf", "image_etf", "within_class", "duality")


def course_of(events: Iterable[Event]) -> tuple[Collapse, ...]:
    """What a run told of it, by round. One that was taken up again tells some rounds again: the later telling counts."""
    told = {event.epoch: event for event in events if isinstance(event, Collapse)}
    return tuple(told[epoch] for epoch in sorted(told))


def values_of(course: Sequence[Collapse], group: Group, measure: str) -> list[float]:
    """One measure of a group, round by round; empty where it could not be measured throughout."""
    found: list[float | None] = [getattr(getattr(told, group), measure, None) for told in course]
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else []
