"""What the operator wrote about photos: descriptions, questions with their answers, each with who and when.

Texts are in the same undo history as labels. A text that stays as it is keeps who wrote it and when, whatever is
added, moved or taken away around it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from core.project.database import Database, now
from core.project.history import Recording, StepKind
from core.project.rows import Item, Row
from core.tasks.texts import TextTask, clean

Steps = Callable[[StepKind], AbstractContextManager[Recording]]
TextItem = Literal["captions", "questions"]

ITEM_OF: dict[TextTask, TextItem] = {"caption": "captions", "vqa": "questions"}


@dataclass(frozen=True, slots=True)
class PhotoCaption:
    """A description of a photo, who wrote it and when."""

    id: int
    photo_id: int
    text: str
    user: str
    time: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the answers people gave to it."""

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoQuestion:
    """A question about a photo with its answers, who wrote it and when."""

    id: int
    photo_id: int
    asked: Asked
    user: str
    time: str


class TextBook:
    """The texts of a project. Photos that were left out keep their texts, but show none."""

    def __init__(self, database: Database, step: Steps, user: Callable[[], str]) -> None:
        self._database = database
        self._step = step
        self._user = user

    # Reading

    def captions(self, photo_id: int | None = None) -> list[PhotoCaption]:
        """Descriptions, of all photos or of one, in the order in which they were written."""
        return [PhotoCaption(*row) for row in self._read("captions", "text", photo_id)]

    def questions(self, photo_id: int | None = None) -> list[PhotoQuestion]:
        """Questions with their answers, of all photos or of one, in their order."""
        return [
            PhotoQuestion(key, photo, Asked(text, tuple(json.loads(answers))), user, time)
            for key, photo, text, answers, user, time in self._read("questions", "text, answers", photo_id)
        ]

    def numbers(self, task: TextTask) -> dict[int, int]:
        """By photo id, how many descriptions, or questions, a photo has; those with none are left out."""
        rows = self._database.read(
            f"""SELECT photo_id, count(*) FROM {ITEM_OF[task]}
            WHERE photo_id NOT IN (SELECT id FROM exclusions) GROUP BY photo_id"""
        )
        return dict(rows)

    def photos_with(self, task: TextTask) -> frozenset[int]:
        """Ids of the photos that have a description, or a question."""
        return frozenset(self.numbers(task))

    def touched(self, step_id: int) -> tuple[int, ...]:
        """Ids of the photos whose texts a step of the history changed, in the order in which it did."""
        rows = self._database.read(
            """SELECT coalesce(json_extract(after, '$.photo_id'), json_extract(before, '$.photo_id')) FROM changes
            WHERE step_id = ? AND item IN ('captions', 'questions') ORDER BY position""",
            (step_id,),
        )
        return tuple(dict.fromkeys(photo_id for (photo_id,) in rows))

    def questions_asked(self) -> Counter[str]:
        """How often each question was asked, the most frequent first."""
        rows = self._database.read(
            "SELECT text, count(*) FROM questions GROUP BY text ORDER BY 2 DESC, min(id)"
        )
        return Counter(dict(rows))

    # Writing

    def write_captions(self, photo_ids: Iterable[int], texts: Sequence[str]) -> None:
        """These photos now have just these descriptions; one step. Empty ones and repetitions are left out."""
        wanted = [Asked(text, ()) for text in dict.fromkeys(map(clean, texts)) if text]
        self._write("captions", dict.fromkeys(photo_ids, wanted), "caption")

    def write_questions(self, photo_ids: Iterable[int], asked: Sequence[Asked]) -> None:
        """These photos now have just these questions; one step. Those without an answer are left out."""
        self._write("questions", dict.fromkeys(photo_ids, _cleaned(asked)), "question")

    def add(self, captions: Mapping[int, Sequence[str]], questions: Mapping[int, Sequence[Asked]]) -> int:
        """Add texts to photos, one step; gives how many photos have others than before.

        Descriptions that are there already are not doubled; a question that is there gets the answers given.
        """
        with self._step("import_texts") as recording:
            described = defaultdict(list, _by_photo(self._plain_captions()))
            asked = defaultdict(list, _by_photo((q.photo_id, q.asked) for q in self.questions()))
            wanted_captions = {
                photo: _merged(described[photo], [Asked(clean(text), ()) for text in texts if clean(text)])
                for photo, texts in captions.items()
            }
            wanted_questions = {
                photo: _merged(asked[photo], _cleaned(more)) for photo, more in questions.items()
            }
            changed = self._put("captions", wanted_captions, recording)
            return len(changed | self._put("questions", wanted_questions, recording))

    # Private

    def _plain_captions(self) -> Iterable[tuple[int, Asked]]:
        return ((caption.photo_id, Asked(caption.text, ())) for caption in self.captions())

    def _read(self, item: TextItem, columns: str, photo_id: int | None) -> list[tuple]:  # type: ignore[type-arg]
        condition = "1" if photo_id is None else "photo_id = ?"
        return self._database.read(
            f"""SELECT id, photo_id, {columns}, user, time FROM {item}
            WHERE {condition} AND photo_id NOT IN (SELECT id FROM exclusions) ORDER BY photo_id, position""",
            () if photo_id is None else (photo_id,),
        )

    def _write(self, item: TextItem, wanted: Mapping[int, Sequence[Asked]], kind: StepKind) -> None:
        with self._step(kind) as recording:
            self._put(item, wanted, recording)

    def _put(self, item: TextItem, wanted: Mapping[int, Sequence[Asked]], recording: Recording) -> set[int]:
        """Make photos' texts these; gives the photos where that changes something."""
        present = self._rows(item, wanted)
        unused = _first_unused(self._database, item)
        stamp = {"user": self._user(), "time": now()}
        rows: dict[int, Row | None] = {}
        changed: set[int] = set()
        for photo_id, texts in wanted.items():
            before = present.get(photo_id, {})
            assigned, unused = _assigned(before, texts, unused)
            after = {
                key: _row(item, photo_id, place, text) | _stamp_of(before.get(key), text, stamp)
                for place, (key, text) in enumerate(assigned.items())
            }
            rows |= {key: after.get(key) for key in {**before, **after}}
            if [_said(row) for row in before.values()] != [_said(row) for row in after.values()]:
                changed.add(photo_id)
        recording.put(item, rows)
        return changed

    def _rows(self, item: TextItem, photos: Iterable[int]) -> dict[int, dict[int, Row]]:
        wanted = set(photos)
        answers = "answers" if item == "questions" else "'[]'"
        # One photo is the way of the pane; an import asks for many, and reads all.
        one = f"photo_id = {next(iter(wanted))}" if len(wanted) == 1 else "1"
        found: dict[int, dict[int, Row]] = defaultdict(dict)
        for key, photo_id, text, given, user, time in self._database.read(
            f"SELECT id, photo_id, text, {answers}, user, time FROM {item} WHERE {one} ORDER BY photo_id, position"
        ):
            if photo_id in wanted:
                found[photo_id][key] = {"text": text, "answers": given, "user": user, "time": time}
        return found


def _assigned(before: Mapping[int, Row], texts: Sequence[Asked], unused: int) -> tuple[dict[int, Asked], int]:
    """A row for each text in order: its own where it is there already, else one that nothing else needs, else new."""
    free = {key: row["text"] for key, row in before.items()}
    keys: list[int | None] = []
    for text in texts:
        key = next((key for key, there in free.items() if there == text.text), None)
        free.pop(key, None)  # type: ignore[arg-type]
        keys.append(key)
    spare = iter(free)
    found: dict[int, Asked] = {}
    for key, text in zip(keys, texts, strict=True):
        chosen = key if key is not None else next(spare, None)
        if chosen is None:
            chosen, unused = unused, unused + 1
        found[chosen] = text
    return found, unused


def _row(item: TextItem, photo_id: int, place: int, text: Asked) -> Row:
    row: Row = {"photo_id": photo_id, "position": place, "text": text.text}
    if item == "questions":
        row["answers"] = json.dumps(text.answers, ensure_ascii=False)
    return row


def _stamp_of(before: Row | None, text: Asked, stamp: Row) -> Row:
    if before is None or _said(before) != (text.text, json.dumps(text.answers, ensure_ascii=False)):
        return stamp
    return {"user": before["user"], "time": before["time"]}


def _said(row: Row) -> tuple[str, str]:
    return row["text"], row.get("answers", "[]")


def _merged(present: Sequence[Asked], more: Sequence[Asked]) -> list[Asked]:
    return list(({text.text: text for text in present} | {text.text: text for text in more}).values())


def _cleaned(asked: Sequence[Asked]) -> list[Asked]:
    found: dict[str, Asked] = {}
    for each in asked:
        text, answers = clean(each.text), tuple(answer for answer in map(clean, each.answers) if answer)
        if text and answers:
            found[text] = Asked(text, answers)
    return list(found.values())


def _by_photo(pairs: Iterable[tuple[int, Asked]]) -> dict[int, list[Asked]]:
    found: dict[int, list[Asked]] = defaultdict(list)
    for photo_id, text in pairs:
        found[photo_id].append(text)
    return found


def _first_unused(database: Database, item: Item) -> int:
    """Beyond every id ever given, also to texts that undo could bring back."""
    rows = database.read(
        f"""SELECT max(coalesce((SELECT max(id) FROM {item}), 0),
        coalesce((SELECT max(item_id) FROM changes WHERE item = ?), 0))""",
        (item,),
    )
    return int(rows[0][0]) + 1
