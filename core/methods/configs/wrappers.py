"""What can be set for wrappers."""

from dataclasses import dataclass
from typing import Any

from core.methods.settings import Limits, check_config, setting


def _balance() -> Any:
    return setting(
        0.7,
        ("専用の判定の重み", "Weight of the head"),
        (
            "0 にすると元の方法だけ、1 にすると学習した種類専用の判定だけで判定します。",
            "0 judges by the inner method only, 1 by the head for learned classes only.",
        ),
        Limits(0.0, 1.0),
    )


@dataclass(frozen=True)
class DePTConfig:
    """A head with its own feature channels beside any method (methods.md §7)."""

    balance: float = _balance()
    lr_scale: float = setting(
        6.5,
        ("専用の判定の学習の速さ（倍）", "Learning speed of the head (×)"),
        (
            "専用の判定だけを、この倍率で速く学習します。",
            "The head learns faster than the rest by this factor.",
        ),
        Limits(0.1, 100.0),
    )
    feature_norm: float = setting(
        0.0,
        ("特徴の大きさをそろえる", "Even out feature size"),
        (
            "0 では論文のとおりそのまま使います。10 にすると、どのモデルでも CLIP と同じ大きさから始めます。",
            "0 takes features as they are, as published. 10 starts from CLIP's size with any model.",
        ),
        Limits(0.0, 100.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "dept")


@dataclass(frozen=True)
class LinearFusionConfig:
    """A plain linear classifier beside any method: what DePT has to beat (methods.md §7.5)."""

    balance: float = _balance()
    lr_scale: float = setting(
        6.5,
        ("専用の判定の学習の速さ（倍）", "Learning speed of the head (×)"),
        (
            "専用の判定だけを、この倍率で速く学習します。比べるときは dept と同じ値にします。",
            "The head learns faster than the rest by this factor. To compare, set it as for dept.",
        ),
        Limits(0.1, 100.0),
    )
    feature_norm: float = setting(
        0.0,
        ("特徴の大きさをそろえる", "Even out feature size"),
        (
            "0 ではそのまま使います。10 にすると、どのモデルでも CLIP と同じ大きさの特徴のように学習します。",
            "0 takes features as they are. 10 learns as on features of CLIP's size with any model.",
        ),
        Limits(0.0, 100.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "linear-fusion")


@dataclass(frozen=True)
class NPTConfig:
    """Texts and images drawn towards directions that stand equally far apart (methods.md §8, a reconstruction)."""

    collapse: float = setting(
        0.1,
        ("説明文どうしを離す強さ", "Spreading the texts"),
        (
            "どの種類の説明文も、ほかの種類から同じだけ離れるようにします。0 では使いません。",
            "Draws the texts of all classes equally far apart. 0 leaves it out.",
        ),
        Limits(0.0, 100.0),
    )
    isomorphism: float = setting(
        0.1,
        ("写真を説明文に合わせる強さ", "Lining photos up with texts"),
        (
            "写真の特徴の並び方を、説明文の並び方にそろえます。0 では使いません。",
            "Arranges the photos' features as the texts are arranged. 0 leaves it out.",
        ),
        Limits(0.0, 100.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "npt")
