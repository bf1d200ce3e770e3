"""What helps to write about photos: sentences with places to fill in, words not used before, photos to copy from."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.labelling.known import Known
from core.problems import Language
from core.project.store import Project
from core.tasks.phrases import phrases
from core.tasks.texts import TextTask

MOST_TEMPLATES = 9
_SLOT = re.compile(r"\{([^{}]*)\}")
_CLASS_SLOTS = ("種類", "class")
# Japanese is parted where the script changes: enough to see a slip, and no dictionary decides what is a word.
_WORD = re.compile(r"[㐀-鿿々]+|[ァ-ヺー]+|[a-z]+(?:['-][a-z]+)*")
_LIKE_ENOUGH = 0.7
_TEMPLATES = "caption_templates"


@dataclass(frozen=True)
class Filled:
    """A sentence to insert. `slots`: where it has places to fill in, as (start, length) in `text`."""

    text: str
    slots: tuple[tuple[int, int], ...]


def fill(template: str, class_name: str = "") -> Filled:
    """A template with its class filled in, if there is one; its other places stay as words to write over."""
    text, slots, done = "", list[tuple[int, int]](), 0
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        done = slot.end()
        known = class_name if slot[1] in _CLASS_SLOTS else ""
        if not known and slot[1]:
            slots.append((len(text), len(slot[1])))
        text += known or slot[1]
    return Filled(text + template[done:], tuple(slots))


def templates(project: Project, language: Language) -> tuple[str, ...]:
    """The project's own sentences, else those that come along."""
    own = project.setting(_TEMPLATES)
    if isinstance(own, list):
        return tuple(str(sentence) for sentence in own)[:MOST_TEMPLATES]
    return phrases().captions[language]


def keep_templates(project: Project, sentences: Iterable[str]) -> None:
    """Remember the project's own sentences; none brings back those that come along."""
    kept = [plain for sentence in sentences if (plain := " ".join(sentence.split()))]
    project.remember(_TEMPLATES, kept[:MOST_TEMPLATES] or None)


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text that can be misspelt, each once: Latin, katakana and kanji; the kana between are left out."""
    return tuple(dict.fromkeys(_WORD.findall(unicodedata.normalize("NFKC", text).lower())))


@dataclass(frozen=True)
class NewWord:
    """A word that the project has not used before; `like`: one that it has used and that looks much the same."""

    word: str
    like: str = ""


class SpellList:
    """The words that a project has used."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = set(words)

    @classmethod
    def of(cls, project: Project) -> "SpellList":
        """All words of its texts, its classes and its sentences."""
        used: list[str] = [caption.text for caption in project.texts.captions()]
        for question in project.texts.questions():
            used += [question.asked.text, *question.asked.answers]
        for entry in project.classes():
            used += [entry.name, entry.description]
        for language in ("ja", "en"):
            used += [*phrases().captions[language], *(entry.text(language) for entry in phrases().question)]
        used += [*templates(project, "ja")]
        used += [word for pairs in phrases().answers.values() for pair in pairs.items() for word in pair]
        return cls(word for text in used for word in words_in(text))

    def learn(self, text: str) -> None:
        """What was written counts as used."""
        self._words |= {*words_in(text)}

    def new_in(self, text: str) -> tuple[NewWord, ...]:
        """The words of a text that were never used before, in its order."""
        return tuple(NewWord(word, self._like(word)) for word in words_in(text) if word not in self._words)

    def _like(self, word: str) -> str:
        close = [other for other in self._words if abs(len(other) - len(word)) <= 1]
        return next(iter(difflib.get_close_matches(word, close, n=1, cutoff=_LIKE_ENOUGH)), "")


@dataclass(frozen=True)
class Habits:
    """What a project writes: its words, its questions (the most frequent first), and what was answered to each."""

    spelling: SpellList
    questions: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "Habits":
        """Of a project that is not read yet."""
        return cls(SpellList())

    @classmethod
    def of(cls, project: Project) -> "Habits":
        """As the project is now."""
        answers: dict[str, dict[str, None]] = {}
        for question in project.texts.questions():
            answers.setdefault(question.asked.text, {}).update(dict.fromkeys(question.asked.answers))
        asked = project.texts.questions_asked().most_common()
        return cls(
            SpellList.of(project),
            tuple(text for text, _ in asked),
            {text: tuple(given) for text, given in answers.items()},
        )


def photos_to_copy_from(project: Project, photo_ids: Iterable[int], task: TextTask) -> list[int]:
    """Photos with texts, the one most alike to the first of `photo_ids` first; those themselves are not among them."""
    own = list(photo_ids)
    likeness = Known(project).similarity(own[0])
    sources = project.texts.photos_with(task) - {*own}
    return sorted((key for key in sources if key in likeness), key=lambda key: -likeness[key])
