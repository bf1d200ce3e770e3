"""What can be set for the references that learn nothing, or at once."""

from dataclasses import dataclass

from core.methods.settings import Limits, check_config, setting
from core.problems import Problem

TEMPLATE = "a photo of a {}."


@dataclass(frozen=True)
class ZeroShotConfig:
    """The untouched backbone with a sentence around each class description."""

    template: str = setting(
        TEMPLATE,
        ("説明文の型", "Sentence"),
        ("{} に種類の説明が入ります。", "{} stands for the description of the class."),
        Limits(),
    )

    def __post_init__(self) -> None:
        check_config(self, "zero-shot")
        if self.template.count("{}") != 1:
            raise Problem(
                "methods.bad_setting", key="zero-shot.template", value=self.template, limits="… {} …"
            )
