"""What can be set for methods that learn prompts."""

from dataclasses import dataclass

from core.methods.settings import Limits, check_config, setting


@dataclass(frozen=True)
class CoOpConfig:
    """Learned context words before each class description (methods.md §2.1)."""

    n_ctx: int = setting(
        4,
        ("学習する言葉の数", "Learned words"),
        (
            "多いほど細かく合わせますが、写真が少ないと覚えすぎます。",
            "More words fit more closely, but learn by heart when photos are few.",
        ),
        Limits(1, 16),
    )
    ctx_init: str = setting(
        "words",
        ("言葉の始め方", "Start from"),
        (
            "words は「a photo of a」から、random は乱数から始めます。",
            "words starts from “a photo of a”, random from random numbers.",
        ),
        Limits(choices=("words", "random")),
    )

    def __post_init__(self) -> None:
        check_config(self, "coop")
