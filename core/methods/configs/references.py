"""What can be set for the references: methods that learn nothing, at once, or little."""

from dataclasses import dataclass

from core.methods.configs.template import check_template, template_setting
from core.methods.settings import Limits, check_config, setting


@dataclass(frozen=True)
class ZeroShotConfig:
    """The untouched backbone with sentences around each class description (methods.md §11.1)."""

    template: str = template_setting()
    templates: str = setting(
        "single",
        ("説明文の数", "Number of sentences"),
        (
            "single は上の型だけ、select7 は 7 通り、imagenet80 は 80 通りの言い方を加えて平均します。",
            "single reads the sentence above alone; select7 and imagenet80 average it with 7 or 80 other wordings.",
        ),
        Limits(choices=("single", "select7", "imagenet80")),
    )

    def __post_init__(self) -> None:
        check_config(self, "zero-shot")
        check_template(self.template, "zero-shot")


_NEVER_LEARNED = (
    "習っていない種類を、学習前のモデルが見分けるときに読む文です。",
    "Read by the untouched model, which judges classes that were never learned.",
)


@dataclass(frozen=True)
class LinearProbeConfig:
    """Logistic regression on image features (methods.md §11.1)."""

    template: str = template_setting(_NEVER_LEARNED)
    strength: float = setting(
        0.0,
        ("写真に合わせる強さ", "How closely to fit"),
        (
            "0 では調整用の写真で自動で選びます。大きいほど写真に細かく合わせます。",
            "0 chooses it on validation photos. More fits the photos more closely.",
        ),
        Limits(0.0, 1e6),
    )
    search_steps: int = setting(
        8,
        ("強さを選ぶ細かさ", "Steps of the search"),
        ("強さを選ぶときに、範囲を半分にする回数です。", "How often the range of the search is halved."),
        Limits(0, 20),
    )

    def __post_init__(self) -> None:
        check_config(self, "linear-probe")
        check_template(self.template, "linear-probe")


@dataclass(frozen=True)
class NearestMeanConfig:
    """Nearest class mean."""

    template: str = template_setting(_NEVER_LEARNED)

    def __post_init__(self) -> None:
        check_config(self, "nearest-mean")
        check_template(self.template, "nearest-mean")


_ALPHA = (
    ("記憶した写真の重み", "Weight of remembered photos"),
    (
        "説明文に対する、記憶した写真の重みです。調整用の写真があれば自動で選びます。",
        "Against the wording. Chosen on validation photos where there are any.",
    ),
)
_BETA = (
    ("似ている写真だけを見る度合い", "How near a photo must be"),
    (
        "大きいほど、よく似た写真だけを手がかりにします。調整用の写真があれば自動で選びます。",
        "More heeds only photos that look much alike. Chosen on validation photos where there are any.",
    ),
)


@dataclass(frozen=True)
class TipAdapterConfig:
    """A memory of photos beside the texts (methods.md §11.1)."""

    template: str = template_setting()
    alpha: float = setting(1.0, *_ALPHA, Limits(0.0, 100.0))
    beta: float = setting(5.5, *_BETA, Limits(0.01, 100.0))

    def __post_init__(self) -> None:
        check_config(self, "tip-adapter")
        check_template(self.template, "tip-adapter")


@dataclass(frozen=True)
class TipAdapterFConfig(TipAdapterConfig):
    """The same with keys that learn."""

    def __post_init__(self) -> None:
        check_config(self, "tip-adapter-f")
        check_template(self.template, "tip-adapter-f")


@dataclass(frozen=True)
class CLIPAdapterConfig:
    """A small network behind the image tower (methods.md §11.1)."""

    template: str = template_setting()
    ratio: float = setting(
        0.2,
        ("学習した分の割合", "Share of what is learned"),
        (
            "0 では元の特徴だけ、1 では学習した特徴だけで判定します。",
            "0 judges by the model's own features only, 1 by the learned ones only.",
        ),
        Limits(0.0, 1.0),
    )

    def __post_init__(self) -> None:
        check_config(self, "clip-adapter")
        check_template(self.template, "clip-adapter")
