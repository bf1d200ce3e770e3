"""What can be set for methods that learn prompts of the text."""

from dataclasses import dataclass

from core.methods.configs.template import check_template, template_setting
from core.methods.settings import Limits, check_config, setting

_HELD_TO = (
    "学習前のモデルが読む文で、学習する言葉をこれに合わせます。",
    "The untouched model reads this sentence, and the learned words are held to it.",
)


@dataclass(frozen=True)
class ContextConfig:
    """Learned context words beside each class description (methods.md §2.1)."""

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


@dataclass(frozen=True)
class CoOpConfig(ContextConfig):
    """CoOp: where the context stands and whom it serves (methods.md §2.1).

    `template` is read only for classes that a class-specific context never learned.
    """

    class_specific: bool = setting(
        False,
        ("種類ごとに別の言葉を学習する", "Words of its own for each class"),
        (
            "習った種類には細かく合いますが、習っていない種類は元のモデルの説明文で見分けます。",
            "Fits the learned classes more closely; other classes are told apart by the untouched model's wording.",
        ),
        Limits(),
    )
    position: str = setting(
        "end",
        ("説明文の位置", "Place of the description"),
        (
            "学習する言葉に対して、説明文を後ろ（end）、間（middle）、前（front）のどこに置くかです。end が最も速く学習できます。",
            "Where the description stands: behind the learned words, in their middle, or in front. end learns fastest.",
        ),
        Limits(choices=("end", "middle", "front")),
    )
    template: str = template_setting(
        (
            "種類ごとに別の言葉を学習するとき、習っていない種類をこの文で見分けます。",
            "With words of its own for each class, other classes are told apart by this sentence.",
        )
    )

    def __post_init__(self) -> None:
        check_config(self, "coop")
        check_template(self.template, "coop")


@dataclass(frozen=True)
class CoCoOpConfig(ContextConfig):
    """CoCoOp: context words that depend on the photo (methods.md §2.2)."""

    def __post_init__(self) -> None:
        check_config(self, "cocoop")


@dataclass(frozen=True)
class KgCoOpConfig(ContextConfig):
    """KgCoOp: context words held near a sentence written by hand (methods.md §3)."""

    weight: float = setting(
        8.0,
        ("元の説明文に近づける強さ", "Pull towards the sentence"),
        (
            "大きいほど元の説明文の意味から離れません。0 にすると引き止めません。",
            "The larger, the closer to what the sentence says. 0 does not hold on to it.",
        ),
        Limits(0.0, 100.0),
    )
    template: str = template_setting(_HELD_TO)

    def __post_init__(self) -> None:
        check_config(self, "kgcoop")
        check_template(self.template, "kgcoop")


@dataclass(frozen=True)
class ProGradConfig(ContextConfig):
    """ProGrad: context words that learn nothing against the untouched model (methods.md §11.1)."""

    strength: float = setting(
        1.0,
        ("元の見分けに逆らう学習を抑える強さ", "Restraint"),
        (
            "1 にすると元のモデルの見分けに逆らう分を取り除き、0 にするとそのまま学習します。",
            "1 takes out what would work against the untouched model, 0 learns everything.",
        ),
        Limits(0.0, 1.0),
    )
    template: str = template_setting(_HELD_TO)

    def __post_init__(self) -> None:
        check_config(self, "prograd")
        check_template(self.template, "prograd")


@dataclass(frozen=True)
class TCPConfig(ContextConfig):
    """TCP: words made from each class's own sentence, put inside the text tower (methods.md §11.1)."""

    block: int = setting(
        8,
        ("言葉を入れる深さ", "Depth of the class words"),
        (
            "12 段のうち、この段の手前で入れます。段数の違うモデルでは同じ割合の深さにします。",
            "They enter before this block of 12; with other models, at the same share of the depth.",
        ),
        Limits(1, 11),
    )
    weight: float = setting(
        8.0,
        ("元の説明文に近づける強さ", "Pull towards the sentence"),
        (
            "大きいほど元の説明文の意味から離れません。0 にすると引き止めません。",
            "The larger, the closer to what the sentence says. 0 does not hold on to it.",
        ),
        Limits(0.0, 100.0),
    )
    template: str = template_setting(_HELD_TO)

    def __post_init__(self) -> None:
        check_config(self, "tcp")
        check_template(self.template, "tcp")
