"""What to know before tuning a model that writes: of the texts, the model and this PC."""

from collections import Counter
from pathlib import Path

from core.doctor import Check, machine_checks
from core.tasks.revision import TextRevision
from core.tasks.texts import language_of, majority
from core.tasks.writers import WriterCard

PHOTOS_WANTED = 20
ASKED_WANTED = 5
_MOST_NAMED = 3
_MOST_LETTERS = 40
_LANGUAGE_CODES = {"ja": "tasks.check_model_no_japanese", "en": "tasks.check_model_no_english"}


def text_preflight(revision: TextRevision, card: WriterCard, folder: Path, *, broken: int = 0) -> list[Check]:
    """All checks before tuning the model of `card` on `revision` into `folder`; `broken` counts unreadable photos."""
    return [*machine_checks(folder), *text_checks(revision, card, broken=broken)]


def text_checks(revision: TextRevision, card: WriterCard, *, broken: int = 0) -> list[Check]:
    """Photos with texts by part, questions, languages, and what the model can read of them."""
    checks = [Check("doctor.broken", "warn", {"count": broken}, "photos")] if broken else []
    checks.append(_amount(revision))
    if not revision.of("val"):
        checks.append(Check("tasks.check_none_to_check", "warn", {}, "texts"))
    if not any(photo.role == "base" for photo in revision.of("test")):
        checks.append(Check("tasks.check_none_to_test", "warn", {}, "texts"))
    if revision.task == "vqa":
        checks += _questions(revision)
    return [*checks, *_too_long(revision, card), *_languages(revision, card)]


def _amount(revision: TextRevision) -> Check:
    learned = len(revision.of("train"))
    told = {
        "photos": len(revision.photos),
        "learned": learned,
        "checked": len(revision.of("val")),
        "tested": len(revision.of("test")),
        "wanted": PHOTOS_WANTED,
    }
    if learned < PHOTOS_WANTED:
        return Check("tasks.check_few_photos", "warn", told, "texts")
    return Check("tasks.check_photos", "ok", told)


def _questions(revision: TextRevision) -> list[Check]:
    """How often each question can be learned from; one whose answer never changes teaches nothing."""
    answers: dict[str, Counter[str]] = {question: Counter() for question in revision.questions}
    for photo in revision.of("train"):
        for each in photo.written:
            answers[each.question][majority(each.texts)] += 1
    rare = [question for question, given in answers.items() if given.total() < ASKED_WANTED]
    same = [q for q, given in answers.items() if len(given) == 1 and given.total() >= ASKED_WANTED]
    checks = []
    if rare:
        told = {"questions": _named(rare), "count": len(rare), "wanted": ASKED_WANTED}
        checks.append(Check("tasks.check_rare_questions", "warn", told, "texts"))
    if same:
        answer = next(iter(answers[same[0]]))
        told = {"questions": _named(same), "count": len(same), "answer": answer}
        checks.append(Check("tasks.check_same_answer", "warn", told, "texts"))
    return checks or [Check("tasks.check_questions", "ok", {"count": len(answers)})]


def _too_long(revision: TextRevision, card: WriterCard) -> list[Check]:
    """What would end the run at its beginning, as far as that is known without opening the model."""
    if card.kind != "embedded":
        return []
    # The window starts without tokens.
    from core.tasks.too_long import too_long_texts

    found = too_long_texts(revision)
    if not found:
        return []
    text = found[0] if len(found[0]) <= _MOST_LETTERS else f"{found[0][:_MOST_LETTERS]}…"
    return [Check("tasks.check_too_long", "stop", {"count": len(found), "text": text}, "texts")]


def _languages(revision: TextRevision, card: WriterCard) -> list[Check]:
    texts = (
        text for photo in revision.photos for each in photo.written for text in (each.question, *each.texts)
    )
    # Figures alone belong to either.
    counts = Counter(language_of(text) for text in texts if any(letter.isalpha() for letter in text))
    checks = []
    if len(counts) > 1:
        told = {"japanese": counts["ja"], "english": counts["en"]}
        checks.append(Check("tasks.check_two_languages", "warn", told, "texts"))
    unknown = [language for language in counts if language not in card.languages]
    checks += [Check(_LANGUAGE_CODES[lang], "warn", {"model": card.name}, "preset") for lang in unknown]
    return checks


def _named(questions: list[str]) -> str:
    named = "、".join(f"「{question}」" for question in questions[:_MOST_NAMED])
    return named + ("…" if questions[_MOST_NAMED:] else "")
