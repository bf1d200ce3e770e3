"""What can be set for methods that tune inside the towers."""

import re
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from core.methods.configs.template import check_template, template_setting
from core.methods.settings import Limits, check_config, setting
from core.problems import Problem

_BLOCKS = re.compile(r"all|upper-half|last|\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*")


@dataclass(frozen=True)
class TuningConfig:
    """What all of them share: the sentence that texts are read in, and where something is tuned.

    `blocks` is all, upper-half, last, or numbers from 0 such as `0,2-4`; the same in both towers, as far as a tower
    has such blocks.
    """

    part: ClassVar[str]
    template: str = template_setting()
    towers: str = setting(
        "both",
        ("合わせる側", "What is fitted"),
        (
            "both は写真側と説明文側の両方、image は写真側だけ、text は説明文側だけを学習します。",
            "both learns on the side of photos and of texts, image and text on one of them only.",
        ),
        Limits(choices=("both", "image", "text")),
    )
    blocks: str = setting(
        "all",
        ("学習する層", "Layers that learn"),
        (
            "all はすべて、upper-half は後ろの半分、last は最後の層です。0,2-4 のように番号でも選べます。"
            "後ろの層だけなら、前の層の計算を使い回せて速くなります。",
            "all, upper-half or last, or numbers such as 0,2-4. With later layers only, what earlier ones "
            "computed is kept, and learning is faster.",
        ),
        Limits(),
    )

    def __post_init__(self) -> None:
        check_config(self, self.part)
        check_template(self.template, self.part)
        if not _BLOCKS.fullmatch(self.blocks):
            raise self._bad_blocks("all / upper-half / last / 0,2-4")

    def block_numbers(self, depth: int) -> tuple[int, ...]:
        """Which blocks of a tower of that depth are meant.

        Raises:
            Problem: `methods.bad_setting` where it has none of them.
        """
        match self.blocks:
            case "all":
                return tuple(range(depth))
            case "upper-half":
                return tuple(range(depth // 2, depth))
            case "last":
                return (depth - 1,)
        wanted: set[int] = set()
        for part in self.blocks.split(","):
            first, _, last = part.partition("-")
            wanted |= set(range(int(first), int(last or first) + 1))
        numbers = tuple(number for number in range(depth) if number in wanted)
        if not numbers:
            raise self._bad_blocks(f"0–{depth - 1}")
        return numbers

    def _bad_blocks(self, limits: str) -> Problem:
        return Problem("methods.bad_setting", key=f"{self.part}.blocks", value=self.blocks, limits=limits)


def _lora_targets() -> tuple[str, ...]:
    """Any of q, k, v and o, with the MLP or without, or the MLP alone."""
    attention = ["".join(some) for count in range(1, 5) for some in combinations("qkvo", count)]
    return (*attention, *(f"{some}+mlp" for some in attention), "mlp")


@dataclass(frozen=True)
class LoRAConfig(TuningConfig):
    """Low-rank additions to linear layers; defaults from CLIP-LoRA (methods.md §10.2)."""

    part: ClassVar[str] = "lora"
    targets: str = setting(
        "qkv",
        ("合わせる計算", "What is added to"),
        (
            "q・k・v・o は注目の計算、mlp はその後の計算です。多いほど細かく合わせます。",
            "q, k, v and o are parts of attention, mlp is what follows. More of them fit more closely.",
        ),
        Limits(choices=_lora_targets()),
    )
    rank: int = setting(
        2,
        ("追加分の大きさ（ランク）", "Rank"),
        (
            "大きいほど細かく合わせますが、写真が少ないと覚えすぎます。",
            "Higher fits more closely, but learns by heart when photos are few.",
        ),
        Limits(1, 256),
    )
    alpha: int = setting(
        1,
        ("追加分の強さ", "Alpha"),
        ("追加した分をどれだけ強く効かせるかです。", "How strongly the additions count."),
        Limits(1, 512),
    )
    rslora: bool = setting(
        True,
        ("ランクの平方根で割る", "Divide by the root of the rank"),
        (
            "強さをランクの平方根で割ります。切ると、ランクそのもので割ります。",
            "Alpha is divided by the root of the rank; when off, by the rank itself.",
        ),
        Limits(),
    )
    dropout: float = setting(
        0.25,
        ("学習中に休ませる割合", "Dropout"),
        (
            "学習中に一部の値をでたらめに休ませ、覚えすぎを防ぎます。",
            "While learning, this share of values pauses at random, against learning by heart.",
        ),
        Limits(0.0, 0.9),
    )


@dataclass(frozen=True)
class AdapterConfig(TuningConfig):
    """Bottleneck adapters behind attention and MLP (methods.md §10.1)."""

    part: ClassVar[str] = "adapter"
    places: str = setting(
        "both",
        ("置く場所", "Where they stand"),
        (
            "attention は注目の計算の後、mlp はその次の計算の後、both は両方に置きます。",
            "Behind attention, behind the mlp that follows, or behind both.",
        ),
        Limits(choices=("both", "attention", "mlp")),
    )
    width: int = setting(
        32,
        ("追加部分の幅", "Width"),
        (
            "大きいほど細かく合わせますが、写真が少ないと覚えすぎます。",
            "Wider fits more closely, but learns by heart when photos are few.",
        ),
        Limits(1, 1024),
    )
    scale: float = setting(
        1.0,
        ("追加分の強さ", "Strength"),
        ("追加した分をどれだけ強く効かせるかです。", "How strongly the additions count."),
        Limits(0.01, 10.0),
    )
    activation: str = setting(
        "gelu",
        ("曲げ方", "Activation"),
        ("追加部分の途中の計算です。", "The step in the middle of the added part."),
        Limits(choices=("gelu", "relu", "tanh")),
    )


@dataclass(frozen=True)
class PrefixConfig(TuningConfig):
    """Learned keys and values in front of each block's own (methods.md §10.3)."""

    part: ClassVar[str] = "prefix"
    length: int = setting(
        8,
        ("追加する手がかりの数", "Added clues"),
        (
            "各層で、写真や文のほかに参照する学習した値の数です。",
            "How many learned values each layer looks at besides the photo or text.",
        ),
        Limits(1, 128),
    )
    mlp: bool = setting(
        True,
        ("小さな計算を通して学習する", "Learn through a small network"),
        (
            "値を直接ではなく小さな計算を通して学習します。学習の後は計算を外すので、判定の速さは同じです。",
            "Values are learned through a small network, which is taken away afterwards.",
        ),
        Limits(),
    )
    gate: bool = setting(
        True,
        ("元のモデルから始める", "Start from the original model"),
        (
            "最初は手がかりを効かせず、学習しながら少しずつ効かせます。切ると、最初から効きます。",
            "Clues count nothing at first and more as learning goes on. When off, they count from the start.",
        ),
        Limits(),
    )


@dataclass(frozen=True)
class FullConfig(TuningConfig):
    """All weights of the chosen blocks (methods.md §11.1)."""

    part: ClassVar[str] = "full"


@dataclass(frozen=True)
class BitFitConfig(TuningConfig):
    """The biases of the chosen blocks only."""

    part: ClassVar[str] = "bitfit"


@dataclass(frozen=True)
class SkipTuningConfig:
    """The upper blocks in full, on some of the classes at a time (methods.md §11.1)."""

    template: str = template_setting()
    class_share: float = setting(
        0.5,
        ("一度に比べる種類の割合", "Classes compared at once"),
        (
            "1回の学習で比べる種類を、この割合までにします。少ないほど速くなります。",
            "A step compares at most this share of the classes. Fewer is faster.",
        ),
        Limits(0.01, 1.0),
    )
    most_classes: int = setting(
        50,
        ("一度に比べる種類の上限", "Most classes at once"),
        (
            "1回の学習で比べる種類を、この数までにします。",
            "A step compares no more classes than this.",
        ),
        Limits(2, 1000),
    )
    keep_scale: float = setting(
        0.3,
        ("似た種類の選ばれやすさ", "Preference for similar classes"),
        (
            "小さいほど、正解に似た種類をよく選んで比べます。",
            "The smaller, the more the classes that resemble the right ones are chosen to compare with.",
        ),
        Limits(0.05, 100.0),
    )
    image_lr_scale: float = setting(
        0.25,
        ("写真側の学習の速さ（倍）", "Learning speed of the photo side (×)"),
        (
            "写真側を、説明文側に対してこの倍率の速さで学習します。",
            "The photo side learns at this multiple of the text side's speed.",
        ),
        Limits(0.001, 100.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "skip-tuning")
        check_template(self.template, "skip-tuning")


@dataclass(frozen=True)
class PTPEFTConfig:
    """Prefix first, then the inner method together with the prefix (methods.md §9)."""

    second: str = setting(
        "auto",
        ("第2段階に進むか", "Go on to the second stage"),
        (
            "auto は第1段階の後、確認用の写真の結果から決めます。always は必ず進み、never は進みません。",
            "auto decides after the first stage by the photos kept for checking; always goes on, never does not.",
        ),
        Limits(choices=("auto", "always", "never")),
        "simple",
    )
    enough: float = setting(
        0.98,
        ("第1段階で十分とする正解率", "Good enough after the first stage"),
        (
            "auto のとき、確認用の写真の正解率がこれ以上なら第2段階に進みません。",
            "With auto, the second stage is left out where at least this share of the checking photos is right.",
        ),
        Limits(0.0, 1.0),
    )
    length: int = setting(
        8,
        ("追加する手がかりの数", "Added clues"),
        (
            "各層で、写真や文のほかに参照する学習した値の数です。",
            "How many learned values each layer looks at besides the photo or text.",
        ),
        Limits(1, 128),
    )
    gate: bool = setting(
        True,
        ("元のモデルから始める", "Start from the original model"),
        (
            "最初は手がかりを効かせず、学習しながら少しずつ効かせます。切ると、最初から効きます。",
            "Clues count nothing at first and more as learning goes on. When off, they count from the start.",
        ),
        Limits(),
    )
    first_epochs: int = setting(
        5,
        ("第1段階の周回の数", "Rounds of the first stage"),
        (
            "手がかりだけを学習する周回の数です。",
            "How often the photos are gone through while only the clues learn.",
        ),
        Limits(1, 1000),
    )
    first_rate: float = setting(
        0.01,
        ("第1段階の学習の速さ", "Learning speed of the first stage"),
        (
            "大きすぎると不安定になり、小さすぎると進みません。",
            "Too high is unstable, too low gets nowhere.",
        ),
        Limits(1e-6, 1.0),
    )
    prefix_lr_scale: float = setting(
        4.0,
        ("第2段階での手がかりの学習の速さ（倍）", "Learning speed of the clues in the second stage (×)"),
        (
            "第2段階では、手がかりを残りに対してこの倍率の速さで学習します。",
            "In the second stage the clues learn at this multiple of the rest's speed.",
        ),
        Limits(0.001, 1000.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "pt-peft")
