"""What a search tries and chooses, in the operator's words: presets by their titles, settings by their labels."""

from collections.abc import Mapping

from core.methods.catalogue import parse_composition
from core.methods.presets import resolve_preset
from core.problems import Language, Problem, ProblemText, problem_text
from core.training.events import Decided, Warned

CHOSEN = "search.chosen"
_AND: dict[Language, str] = {"ja": "、", "en": ", "}


def title_of(preset: str, language: Language) -> str:
    """What a preset is called; its name where it is not known here."""
    try:
        return resolve_preset(preset).texts[language].title
    except Problem:
        return preset


def changes_of(composition: str, changed: Mapping[str, object], language: Language) -> str:
    """The settings that were changed, each with its value."""
    try:
        labels = {entry.key: entry.label[language] for entry in parse_composition(composition).settings()}
    except Problem:
        labels = {}
    told = (f"{labels.get(key, key)} {_value(value)}" for key, value in changed.items())
    return _AND[language].join(told)


def notice_text(notice: Warned | Decided, language: Language) -> ProblemText:
    """The words of what the engine told on the way."""
    data = dict(notice.data)
    if notice.code == CHOSEN:
        data["changed"] = changes_of(data["composition"], data["settings"], language) or data["changed"]
        data["preset"] = title_of(data["preset"], language)
    return problem_text(notice.code, data, language)


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
