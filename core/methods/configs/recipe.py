"""The recipe by which any method is trained."""

from dataclasses import dataclass

from core.methods.settings import Limits, check_config, setting


@dataclass(frozen=True)
class RecipeConfig:
    """How any method is trained: SGD with momentum, cosine, one constant warm-up round (methods.md §1.4).

    Adam and AdamW take their betas from torch, (0.9, 0.999): no recipe of the papers sets others. Under Adam the
    weight decay is part of the slope, under AdamW it is apart from it.

    Views are drawn beforehand: the first is the photo as it is judged, the others are the papers' random crops and
    flips. With as many photos of each class, `balance` leaves the papers' random order of photos as it is.
    """

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
    optimizer: str = setting(
        "sgd",
        ("学習の進め方", "How steps are taken"),
        (
            "sgd はどの方法でも安定します。adamw と adam は値ごとに歩幅をそろえるので、学習の速さも選び直します。",
            "sgd is steady with any method. adamw and adam even out the steps, and want another learning speed.",
        ),
        Limits(choices=("sgd", "adamw", "adam")),
    )
    adam_eps: float = setting(
        1e-8,
        ("歩幅の下支え", "Floor of the step size"),
        (
            "adamw と adam だけで使います。値が数でなくなるときは、0.001 まで大きくします。",
            "Used by adamw and adam only. Raise it, up to 0.001, where values stop being numbers.",
        ),
        Limits(1e-12, 0.1),
    )
    momentum: float = setting(
        0.9,
        ("勢い", "Momentum"),
        (
            "前の更新をどれだけ引き継ぐかです。sgd だけで使います。",
            "How much of the last update is carried on. Used by sgd only.",
        ),
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
