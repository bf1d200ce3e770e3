"""What can be set for the search over methods."""

from dataclasses import dataclass

from core.methods.configs.template import check_template, template_setting
from core.methods.settings import Limits, check_config, setting

WISHES = ("union", "keep-new", "apart")


@dataclass(frozen=True)
class AutomaticConfig:
    """How long to search, and for what."""

    budget_minutes: float = setting(
        10.0,
        ("かけてよい時間（分）", "Time that it may take (minutes)"),
        (
            "試してから仕上げの学習が終わるまでの時間です。長いほど、時間のかかる方法まで試せます。",
            "From the first try to the end of the final training. With more time, slower methods are tried too.",
        ),
        Limits(0.01, 10_080.0),
        level="simple",
    )
    wish: str = setting(
        "union",
        ("何を大事にするか", "What matters"),
        (
            "union は習った種類と新しい種類を混ぜて見分ける力、keep-new は新しい種類を元のモデルより落とさずに習った種類を当てる力、"
            "apart は習った種類どうしと新しい種類どうしを別々に見分ける力を大きくします。",
            "union: telling learned and new classes apart when both may come. keep-new: the learned classes, with new "
            "ones judged no worse than by the untouched model. apart: the learned among themselves, the new likewise.",
        ),
        Limits(choices=WISHES),
        level="simple",
    )
    template: str = template_setting((
        "文をそのまま読む方法を試すときに使います。",
        "Used by the ways that read whole sentences.",
    ))  # fmt: skip

    def __post_init__(self) -> None:
        check_config(self, "automatic")
        check_template(self.template, "automatic")
