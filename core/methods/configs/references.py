"""What can be set for the references that learn nothing, or at once."""

from dataclasses import dataclass

from core.methods.configs.template import check_template, template_setting
from core.methods.settings import Limits, check_config, setting


@dataclass(frozen=True)
class ZeroShotConfig:
    """The untouched backbone with sentences around each class description (methods.md §11.1)."""

    template: str = template_setting()
    templates: str = setting(
        "single",
        ("説明文の数", "Number of sentences"),
        (
            "single は上の型だけ、select7 は 7 通り、imagenet80 は 80 通りの言い方を加えて平均します。",
            "single reads the sentence above alone; select7 and imagenet80 average it with 7 or 80 other wordings.",
        ),
        Limits(choices=("single", "select7", "imagenet80")),
    )

    def __post_init__(self) -> None:
        check_config(self, "zero-shot")
        check_template(self.template, "zero-shot")
