"""The forms that a classifier can take in a package: what the manifest says of it beside its tensors."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Weight = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]


class Strict(BaseModel):
    """Read exactly or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CosineForm(Strict):
    """Matching with one text feature per class, which lie in the package."""

    kind: Literal["cosine"] = "cosine"


class ConditionalForm(Strict):
    """Matching with texts that depend on the photo (CoCoOp): only the backbone can make them."""

    kind: Literal["conditional"] = "conditional"


MatchingForm = Annotated[CosineForm | ConditionalForm, Field(discriminator="kind")]


class LinearForm(Strict):
    """`LinearHead`; tensors gamma, beta `(D,)`, weight `(M, D)`, bias `(M,)`."""

    kind: Literal["linear"] = "linear"


class PrototypeForm(Strict):
    """`PrototypeHead`; tensor means `(M, D)`."""

    kind: Literal["prototype"] = "prototype"
    scale: Annotated[float, Field(gt=0)]


class CacheForm(Strict):
    """`CacheHead`; tensor keys `(N, D)`, N the sum of `counts`."""

    kind: Literal["cache"] = "cache"
    counts: tuple[Annotated[int, Field(ge=1)], ...]
    alpha: NotNegative
    beta: NotNegative


HeadForm = Annotated[LinearForm | PrototypeForm | CacheForm, Field(discriminator="kind")]


class FusedForm(Strict):
    """A head beside the matching; `rows` is each class's row in the head (-1: not learned)."""

    kind: Literal["fused"] = "fused"
    matching: MatchingForm
    head: HeadForm
    rows: tuple[Annotated[int, Field(ge=-1)], ...]
    matching_weight: Weight
    head_weight: Weight


ClassifierForm = Annotated[CosineForm | ConditionalForm | FusedForm, Field(discriminator="kind")]
