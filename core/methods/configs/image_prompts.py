"""What can be set for methods with prompts in the image tower."""

from dataclasses import dataclass
from typing import ClassVar

from core.methods.settings import Limits, check_config, setting

_WORDS = ("学習する言葉の数", "Learned words")
_WORDS_HELP = (
    "説明文の前で学習する言葉の数です。4 までは「a photo of a」の先頭から、5 以上は乱数から始めます。",
    "Words learned before each description. Up to 4 start from “a photo of a”, more from random numbers.",
)
_TOKENS = ("画像側の目印の数", "Marks beside the picture")
_TOKENS_HELP = (
    "写真に添えて学習する目印の数です。多いほど細かく合わせますが、時間がかかります。",
    "Learned marks that go with each photo. More fit more closely and take longer.",
)
_DEPTH = ("学習する層の数", "Layers that learn")
_DEPTH_HELP = (
    "入口から数えて何層に学習する値を置くかです。モデルの層がこれより少なければ、全部の層に置きます。",
    "How many layers from the entrance hold learned values. A model with fewer layers holds them in all.",
)
_MOST_DEPTH = 48


@dataclass(frozen=True)
class VPTShallowConfig:
    """Prompts before the first block of the image tower (methods.md §4)."""

    prompt_depth: ClassVar[int] = 1
    n_ctx: int = setting(8, _TOKENS, _TOKENS_HELP, Limits(1, 64))

    def __post_init__(self) -> None:
        check_config(self, "vpt-shallow")


@dataclass(frozen=True)
class VPTDeepConfig:
    """Prompts before each of the first blocks of the image tower (methods.md §4)."""

    n_ctx: int = setting(8, _TOKENS, _TOKENS_HELP, Limits(1, 64))
    prompt_depth: int = setting(12, _DEPTH, _DEPTH_HELP, Limits(1, _MOST_DEPTH))

    def __post_init__(self) -> None:
        check_config(self, "vpt-deep")


@dataclass(frozen=True)
class MaPLeConfig:
    """Text prompts in many blocks, and projected from them prompts in the image tower (methods.md §5)."""

    n_ctx: int = setting(2, _WORDS, _WORDS_HELP, Limits(1, 16))
    prompt_depth: int = setting(9, _DEPTH, _DEPTH_HELP, Limits(1, _MOST_DEPTH))

    def __post_init__(self) -> None:
        check_config(self, "maple")


@dataclass(frozen=True)
class PromptSRCConfig:
    """Prompts in both towers, held to the untouched model (methods.md §6)."""

    n_ctx: int = setting(4, _WORDS, _WORDS_HELP, Limits(1, 16))
    n_image: int = setting(4, _TOKENS, _TOKENS_HELP, Limits(1, 64))
    prompt_depth: int = setting(9, _DEPTH, _DEPTH_HELP, Limits(1, _MOST_DEPTH))
    text_weight: float = setting(
        25.0,
        ("説明文を元に近く保つ強さ", "Hold texts to the original"),
        (
            "大きいほど、説明文の読み方が元のモデルから離れません。",
            "The higher, the closer the reading of texts stays to the original model.",
        ),
        Limits(0.0, 1000.0),
    )
    image_weight: float = setting(
        10.0,
        ("写真を元に近く保つ強さ", "Hold photos to the original"),
        (
            "大きいほど、写真の見方が元のモデルから離れません。",
            "The higher, the closer the view of photos stays to the original model.",
        ),
        Limits(0.0, 1000.0),
    )
    score_weight: float = setting(
        1.0,
        ("判定を元に近く保つ強さ", "Hold judgements to the original"),
        (
            "大きいほど、判定の割合が元のモデルから離れません。",
            "The higher, the closer the judgements stay to the original model's.",
        ),
        Limits(0.0, 1000.0),
    )
    templates: str = setting(
        "imagenet80",
        ("お手本の説明文", "Sentences to hold to"),
        (
            "single は1つの文、select7 は7つ、imagenet80 は80の文の平均をお手本にします。",
            "single holds to one sentence, select7 to the average of seven, imagenet80 to that of eighty.",
        ),
        Limits(choices=("single", "select7", "imagenet80")),
    )
    gpa_mean: float = setting(
        0.75,
        ("平均の中心", "Centre of the average"),
        (
            "周回ごとの結果を重みを付けて平均します。重みが最も大きい時期を、全周回に対する割合で決めます。",
            "Rounds are averaged with weights. Where the weight is highest, as a share of all rounds.",
        ),
        Limits(0.0, 1.0),
    )
    gpa_std: float = setting(
        0.05,
        ("平均の幅", "Width of the average"),
        (
            "どれだけ広い時期を平均するかを、全周回に対する割合で決めます。",
            "How many rounds around the centre count, as a share of all rounds.",
        ),
        Limits(0.01, 10.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "promptsrc")
