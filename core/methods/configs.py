"""What can be set: one configuration per method, and the recipe by which any of them is trained."""

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


@dataclass(frozen=True)
class DePTConfig:
    """A head with its own feature channels beside any method (methods.md §7)."""

    balance: float = setting(
        0.7,
        ("専用の判定の重み", "Weight of the head"),
        (
            "0 にすると元の方法だけ、1 にすると学習した種類専用の判定だけで判定します。",
            "0 judges by the inner method only, 1 by the head for learned classes only.",
        ),
        Limits(0.0, 1.0),
    )
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
class RecipeConfig:
    """How any method is trained: SGD with momentum, cosine, one constant warm-up round (methods.md §1.4)."""

    epochs: int = setting(
        20,
        ("周回の数", "Rounds"),
        (
            "写真を何周学習するかです。多いほど時間がかかります。",
            "How often the photos are gone through. More takes longer.",
        ),
        Limits(1, 1000),
        "simple",
    )
    batch_size: int = setting(
        16,
        ("一度に学習する枚数", "Photos at once"),
        (
            "メモリが足りないときは、自動で分けて学習します。",
            "Where memory is short, the program divides them by itself.",
        ),
        Limits(1, 1024),
    )
    learning_rate: float = setting(
        0.0035,
        ("学習の速さ", "Learning speed"),
        (
            "大きすぎると不安定になり、小さすぎると進みません。",
            "Too high is unstable, too low gets nowhere.",
        ),
        Limits(1e-6, 1.0),
    )
    momentum: float = setting(
        0.9,
        ("勢い", "Momentum"),
        ("前の更新をどれだけ引き継ぐかです。", "How much of the last update is carried on."),
        Limits(0.0, 0.999),
    )
    weight_decay: float = setting(
        5e-4,
        ("重みの減衰", "Weight decay"),
        ("値が大きくなりすぎないようにします。", "Keeps values from growing too large."),
        Limits(0.0, 1.0),
    )
    warmup_epochs: int = setting(
        1,
        ("慣らしの周回", "Warm-up rounds"),
        ("最初はごく小さい速さで学習します。", "The first rounds learn at a very low speed."),
        Limits(0, 100),
    )
    balance: bool = setting(
        True,
        ("種類ごとに同じ回数見せる", "Show classes equally often"),
        (
            "写真の枚数が違っても、どの種類も同じ回数学習します。枚数の多い種類に片寄るのを防ぎます。",
            "Every class is learned equally often, however many photos it has. Keeps common classes from winning.",
        ),
        Limits(),
    )
    views: int = setting(
        10,
        ("写真の見せ方の数", "Views of a photo"),
        (
            "1枚の写真を、切り抜きや左右反転でこの数の見え方にして学習します。1 にすると元の写真だけを使います。",
            "Each photo is shown in this many crops and flips. 1 shows the photo itself only.",
        ),
        Limits(1, 200),
    )
    smallest_crop: float = setting(
        0.5,
        ("切り抜きの最小の広さ", "Smallest crop"),
        (
            "写真の面積に対する割合です。小さな傷を見分けるときは大きくします。",
            "Share of the photo's area. Raise it when small flaws matter.",
        ),
        Limits(0.05, 1.0),
    )
    flip: bool = setting(
        True,
        ("左右反転も見せる", "Flips too"),
        (
            "左右の向きで種類が変わるときは切ります。",
            "Turn it off when left and right make different classes.",
        ),
        Limits(),
    )

    def __post_init__(self) -> None:
        check_config(self, "training")
