"""The sentence around a class description, where a method reads whole sentences."""

from typing import Any

from core.methods.settings import Limits, setting
from core.problems import Problem

TEMPLATE = "a photo of a {}."
_PLACE = ("{} に種類の説明が入ります。", "{} stands for the description of the class.")


def template_setting(use: tuple[str, str] = ("", "")) -> Any:
    """A `template` field; its value is checked by `check_template`. `use` says in (Japanese, English) what for."""
    explained = (use[0] + _PLACE[0], f"{use[1]} {_PLACE[1]}".strip())
    return setting(TEMPLATE, ("説明文の型", "Sentence"), explained, Limits())


def check_template(template: str, prefix: str) -> None:
    """For `__post_init__`: the sentence has one place for the description. Raises Problem."""
    if template.count("{}") != 1:
        raise Problem("methods.bad_setting", key=f"{prefix}.template", value=template, limits="… {} …")
