"""Neural collapse of images and texts, in pieces: target, centring, losses, measures (methods.md §8).

With collapse each class is one direction, and the C directions stand as far apart as they can: a simplex
equiangular tight frame (ETF), whose cosines are −1/(C−1). NPT (arXiv 2306.15955) draws texts and images towards
one and the same frame. Its equations could not be read: what stands here is a reconstruction, labelled as such,
and each piece can be put in the paper's exact form without the others.

Text features are `(C, D)`, or `(B, C, D)` where they depend on the photo; centred features are unit vectors.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

# Two classes of the same words have centred features of nearly no length: their direction is noise, and stays small.
SHORTEST = 1e-3
# Singular values below this share of the largest are rounding, not a direction between classes.
_ROUNDING = 1e-6


# The target


def largest_simplex(width: int) -> int:
    """The most classes that a simplex has room for in `width` channels: it spans one direction less than it has
    corners."""
    return width + 1


def simplex_cosines(classes: int) -> Tensor:
    """Cosines `(C, C)` between the corners of a simplex: 1, and −1/(C−1) off the diagonal; C of at least 2."""
    apart = -1 / (classes - 1)
    return torch.full((classes, classes), apart).fill_diagonal_(1.0)


# Centring


def centred_texts(text_features: Tensor) -> Tensor:
    """Unit text features less their mean over the classes, of unit length again, `(…, C, D)`.

    CLIP's texts lie in a narrow cone (cosines of 0.6 to 0.9): without centring the target would fight the cone.
    """
    unit = functional.normalize(text_features.float(), dim=-1)
    return _direction(unit - unit.mean(dim=-2, keepdim=True))


def centred_images(image_features: Tensor, centre: Tensor) -> Tensor:
    """Unit image features `(B, D)` less `centre` `(D,)`, of unit length again."""
    return _direction(functional.normalize(image_features.float(), dim=-1) - centre)


def image_centre(image_features: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Mean over the class means of unit image features `(N, D)` → `(D,)`: no class weighs more for having more
    photos. Classes without a photo are left out."""
    unit = functional.normalize(image_features.float(), dim=-1)
    means, counts = _class_means(unit, labels, classes)
    return means[counts > 0].mean(dim=0)


# The losses


def language_collapse(texts: Tensor, cosines: Tensor) -> Tensor:
    """L_LC: mean over i≠j of (ŵ_i·ŵ_j + 1/(C−1))², of centred texts `(…, C, D)`; 0 where they are a simplex."""
    off = texts @ texts.transpose(-1, -2) - cosines
    classes = texts.shape[-2]
    pairs = classes * (classes - 1)
    # The diagonal is 0 by itself, but for a text without direction, which says nothing of pairs.
    squares = off.square().sum(dim=(-1, -2)) - off.diagonal(dim1=-2, dim2=-1).square().sum(dim=-1)
    return (squares / pairs).mean()


def isomorphism(images: Tensor, texts: Tensor, labels: Tensor, cosines: Tensor) -> Tensor:
    """L_MI: images `(B, D)` stand to the texts as these should to each other; both centred.

    Mean over the photos of (1 − ĥ·ŵ_y) + mean over c≠y of (ĥ·ŵ_c + 1/(C−1))².
    """
    found = images @ texts.T if texts.dim() == 2 else torch.einsum("bd,bcd->bc", images, texts)
    own = functional.one_hot(labels, found.shape[-1])
    drawn = 1 - (found * own).sum(dim=-1)
    pushed = ((found - cosines[labels]).square() * (1 - own)).sum(dim=-1) / (found.shape[-1] - 1)
    return (drawn + pushed).mean()


# Measures


@dataclass(frozen=True)
class Collapse:
    """How far features are from collapse; each is 0 at it.

    `within_class`: NC1; `language`: how far texts are from a simplex in angle; `equinorm`: and in length;
    `isomorphism`: how far class means of images are from the texts, both as a whole brought to one size.
    """

    within_class: float
    language: float
    equinorm: float
    isomorphism: float


@torch.no_grad()
def measure(image_features: Tensor, text_features: Tensor, labels: Tensor) -> Collapse:
    """Of photos `(N, D)` and class texts `(C, D)`, two classes or more, each with at least one photo."""
    unit_images = functional.normalize(image_features.double(), dim=-1)
    unit_texts = functional.normalize(text_features.double(), dim=-1)
    means, _ = _class_means(unit_images, labels, len(text_features))
    between = means - means.mean(dim=0)
    texts = unit_texts - unit_texts.mean(dim=0)
    return Collapse(
        within_class=float(within_class_spread(unit_images - means[labels], between)),
        language=float(simplex_deviation(texts)),
        equinorm=float(length_variation(texts)),
        isomorphism=float(duality_gap(texts, between)),
    )


def centred_class_means(image_features: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Means of the unit image features `(N, D)` of each class, less their own mean `(C, D)`."""
    means, _ = _class_means(functional.normalize(image_features, dim=-1), labels, classes)
    return means - means.mean(dim=0)


def within_class_spread(within: Tensor, between: Tensor) -> Tensor:
    """NC1 = tr(Σ_W Σ_B⁺)/C of deviations from the class means `(N, D)` and of centred class means `(C, D)`."""
    _, sizes, directions = torch.linalg.svd(between, full_matrices=False)
    real = sizes > _ROUNDING * sizes[0]
    along = within @ directions[real].T / sizes[real]
    # Σ_B = between'·between/C, so that its pseudo-inverse brings a factor C, which NC1 divides out.
    spread: Tensor = along.square().sum() / len(within)
    return spread


def simplex_deviation(texts: Tensor) -> Tensor:
    """Mean over i≠j of |cos(w_i, w_j) + 1/(C−1)| of centred texts `(C, D)` of any length."""
    classes = len(texts)
    unit = _direction(texts)
    off = (unit @ unit.T - simplex_cosines(classes).to(texts)).fill_diagonal_(0.0)
    return off.abs().sum() / (classes * (classes - 1))


def length_variation(texts: Tensor) -> Tensor:
    """Standard deviation of the lengths of centred texts `(C, D)`, divided by their mean."""
    lengths: Tensor = torch.linalg.vector_norm(texts, dim=-1)
    return lengths.std(correction=0) / lengths.mean()


def duality_gap(texts: Tensor, means: Tensor) -> Tensor:
    """NC3 = ‖W̃/‖W̃‖_F − H̃/‖H̃‖_F‖²_F of centred texts and centred class means `(C, D)`."""
    apart = functional.normalize(texts.flatten(), dim=0) - functional.normalize(means.flatten(), dim=0)
    return apart.square().sum()


def _class_means(features: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    own = functional.one_hot(labels, classes).to(features)
    counts = own.sum(dim=0)
    return own.T @ features / counts[:, None], counts


def _direction(features: Tensor) -> Tensor:
    return functional.normalize(features, dim=-1, eps=SHORTEST)
