"""What a package that writes says about itself: it describes photos, or answers questions about them."""

from collections import Counter
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from core.package.facts import MEDIA_TYPE, Count, Member, Sha256, Share, Text
from core.package.forms import Strict
from core.problems import Language
from core.tasks.result import Group, MeasureChange
from core.tasks.texts import MOST_LETTERS, TextTask
from core.tasks.writers import Kind
from core.training.job import HyperValue
from core.training.result import UnsureThreshold

TEXT_SCHEMA: Final = 5
_MOST_CHECKS = 64


class PackagedWriter(Strict):
    """The untouched model that writes, by its content; it is not inside. `languages` are those it knew before tuning."""

    name: Text
    kind: Kind
    sha256: Sha256
    licence: str
    languages: tuple[Language, ...]


class TextTraining(Strict):
    """How it was tuned: the composition, all its hyper-parameters (also those at their default), from how many texts.

    `right`: the share of the checking texts that it would write word for word, None where there were none.
    """

    composition: Text
    preset: Text
    hyper: dict[str, HyperValue]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    learned_texts: Count
    steps: Count
    epochs: Count
    kept_epoch: Count
    trained_parameters: Count
    right: Share | None


class Parts(Strict):
    """So many in each part."""

    train: Count
    val: Count
    test: Count


class TextFingerprint(Strict):
    """The data it was tuned on, without a name, a photo or a text: the revision's hash and counts."""

    revision: str
    photos: Parts
    texts: Parts


class TextCheck(Strict):
    """What the package must write about a picture that lies in it and shows nothing: the text's hash, not the text."""

    picture: Count
    question: Annotated[str, Field(max_length=MOST_LETTERS)]
    text_sha256: Sha256
    confidence: Share


class TextManifest(Strict):
    """Everything about a package that writes that can be known without its weights.

    `language` is that of most texts it learned, and in which it describes; `questions` are those it learned, the most
    frequent first; those are asked where nobody asks others. Of these there are none in a package that describes.
    """

    schema_version: Literal[5] = TEXT_SCHEMA
    media_type: Literal["application/vnd.hikidashi.package+zip"] = MEDIA_TYPE
    created: AwareDatetime
    program: Text
    task: TextTask
    model: PackagedWriter
    training: TextTraining
    language: Language
    questions: tuple[Text, ...]
    data: TextFingerprint
    metrics: dict[Group, dict[str, MeasureChange]]
    unsure: UnsureThreshold | None
    checks: Annotated[tuple[TextCheck, ...], Field(min_length=1, max_length=_MOST_CHECKS)]
    members: tuple[Member, ...]

    def member(self, name: str) -> Member:
        """The member of that name. Raises KeyError when the package has none."""
        return {member.name: member for member in self.members}[name]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for what, names in (("question", self.questions), ("member", [m.name for m in self.members])):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{what} listed twice: {twice[0]}")
        if self.task == "caption" and (self.questions or self.unsure is not None):
            raise ValueError("questions and their threshold belong to packages that answer")
        if self.unsure is not None and not 0 <= self.unsure.probability <= 1:
            raise ValueError("the unsure threshold is not a probability")
        if self.unsure is not None and not 0 < self.unsure.wished_error < 1:
            raise ValueError("the wished share of errors is none")
        if any(bool(check.question) != (self.task == "vqa") for check in self.checks):
            raise ValueError("checks ask, or do not, unlike the task")
        return self
