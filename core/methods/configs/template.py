"""The sentence around a class description, where a method reads whole sentences."""

from typing import Any

from core.methods.settings import Limits, setting
from core.problems import Problem

TEMPLATE = "a photo of a {}."


def template_setting() -> Any:
    """A `template` field; its value is checked by `check_template`."""
    return setting(
        TEMPLATE,
        ("説明文の型", "Sentence"),
        ("{} に種類の説明が入ります。", "{} stands for the description of the class."),
        Limits(),
    )


def check_template(template: str, prefix: str) -> None:
    """For `__post_init__`: the sentence has one place for the description. Raises Problem."""
    if template.count("{}") != 1:
        raise Problem("methods.bad_setting", key=f"{prefix}.template", value=template, limits="… {} …")
