"""Tip-Adapter and Tip-Adapter-F: a memory of the photos beside the texts (arXiv 2207.09519; methods.md §11.1).

    logits = s·f·T + α·exp(−β(1 − f·K))·V

Keys K are the photos' unit features, averaged over their views; values V say their classes; s is the backbone's
own logit scale (100 in the paper). α and β are chosen on validation photos, never on test photos (the published
code did); without them they stay at their setting. With -F the keys learn.

Classes without photos have no keys: those are left to the untouched backbone's texts.
"""

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.classifier import CacheHead, Classifier, FusedClassifier, head_rows
from core.methods.configs.references import TipAdapterConfig, ZeroShotConfig
from core.methods.protocol import Aligned, Batch, Method, ParameterGroup, as_array, matching_logits
from core.methods.reading import Reading
from core.methods.teacher import frozen_text_features
from core.methods.zero_shot import ZeroShot
from core.problems import Problem

# The ranges of the published search; it tried 200 β.
ALPHAS = tuple(0.1 + 2.9 * step / 20 for step in range(20))
BETAS = tuple(0.1 + 6.9 * step / 40 for step in range(40))


class TipAdapter(Method):
    """The memory: `keys` `(N, D)`, class after class, `counts` `(M,)` of them for each, `mix` = α, β."""

    def __init__(self, config: TipAdapterConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes)
        self.config = config
        self.untouched = ZeroShot(ZeroShotConfig(template=config.template), backbone, classes)
        self._hold(torch.zeros(len(classes), backbone.embed_dim), torch.ones(len(classes), dtype=torch.int64))
        self.mix = nn.Parameter(torch.tensor([config.alpha, config.beta]), requires_grad=False)

    @property
    def judges_new(self) -> bool:
        """It has no photo of a class that it never saw."""
        return False

    def align(self, batch: Batch) -> Aligned:
        """The untouched texts; scores by texts and memory together."""
        scores = self.mix[0] * self._memory(batch.inputs, self.mix[1])
        return Aligned(batch.inputs, self._texts, self._matching(batch.inputs) + scores)

    @torch.no_grad()
    def fit(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """Keep the photos, views averaged; choose α and β on validation photos where there are any."""
        photos = functional.normalize(functional.normalize(views.float(), dim=-1).mean(dim=1), dim=-1)
        self._hold(photos[labels.argsort(stable=True)], labels.bincount(minlength=len(self.classes)))
        if val is not None and len(val.labels):
            self._choose_mix(val)

    def classifier(self, classes: Sequence[ClassText]) -> Classifier:
        """Texts and memory for learned classes, untouched texts alone for others."""
        alpha, beta = self.mix.tolist()
        head = CacheHead(as_array(self.keys), tuple(self.counts.tolist()), alpha, beta)
        return FusedClassifier(
            self.untouched.classifier(classes), head_rows(classes, self.classes), head, 1.0, 1.0
        )

    def reading(self) -> Reading | None:
        """The untouched backbone's."""
        return self.untouched.reading()

    def parameter_groups(self) -> list[ParameterGroup]:
        """The keys."""
        return [ParameterGroup((self.keys,))]

    def load_learned_state(self, state: dict[str, Tensor]) -> None:
        """Take up a memory of any size. Raises Problem `methods.other_state`."""
        keys, counts = state.get("keys"), state.get("counts")
        if keys is not None and counts is not None and len(keys.shape) and len(keys) != len(self.keys):
            self._hold(keys.new_zeros(len(keys), self.backbone.embed_dim), self.counts.detach())
        super().load_learned_state(state)
        if int(self.counts.min()) < 1 or int(self.counts.sum()) != len(self.keys):
            raise Problem(
                "methods.other_state", name="counts", found=int(self.counts.sum()), wanted=len(self.keys)
            )

    def _hold(self, keys: Tensor, counts: Tensor) -> None:
        device = self.backbone.device
        self.keys = nn.Parameter(keys.to(device))
        self.counts = nn.Parameter(counts.to(device), requires_grad=False)

    def _learned(self) -> dict[str, nn.Parameter]:
        return {"keys": self.keys, "counts": self.counts, "mix": self.mix}

    @cached_property
    def _texts(self) -> Tensor:
        return frozen_text_features(self.backbone, self.classes, (self.config.template,))

    def _matching(self, features: Tensor) -> Tensor:
        return matching_logits(features, self._texts, self.backbone.logit_scale)

    def _memory(self, features: Tensor, beta: Tensor | float) -> Tensor:
        """Features `(B, D)` → nearness to the photos of each class `(B, M)`."""
        near = torch.exp(-beta * (1 - functional.normalize(features.float(), dim=-1) @ self.keys.T))
        return torch.stack([own.sum(dim=1) for own in near.split(self.counts.tolist(), dim=1)], dim=1)

    @torch.no_grad()
    def _choose_mix(self, val: Batch) -> None:
        """The α and β with the best accuracy, among equals the lowest loss; the present ones stand first."""
        texts = self._matching(val.inputs)
        best, chosen = (-1.0, 0.0), self.mix.tolist()
        for beta in (chosen[1], *BETAS):
            memory = self._memory(val.inputs, beta)
            for alpha in (self.config.alpha, *ALPHAS):
                scores = texts + alpha * memory
                right = float((scores.argmax(dim=1) == val.labels).double().mean())
                found = right, -float(functional.cross_entropy(scores, val.labels))
                if found > best:
                    best, chosen = found, [alpha, beta]
        self.mix.copy_(torch.tensor(chosen))


class TipAdapterF(TipAdapter):
    """Tip-Adapter whose keys learn by epochs, α and β at their setting meanwhile; both are chosen at the end."""

    def __init__(self, config: TipAdapterConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(config, backbone, classes)
        self._val: Batch | None = None
        self._surveyed = False

    def survey(self, views: Tensor, labels: Tensor, val: Batch | None) -> None:
        """The keys begin as the photos, averaged over their views."""
        self.fit(views, labels, None)
        self._val, self._surveyed = val, True

    def start(self, lessons: Batch) -> None:
        """Where only plain photos are shown, the keys begin as those."""
        if not self._surveyed:
            self.fit(lessons.inputs[:, None], lessons.labels, None)

    def epoch_ended(self, epoch: int, epochs: int) -> None:
        """After the last epoch α and β are chosen."""
        if epoch == epochs and self._val is not None and len(self._val.labels):
            self._choose_mix(self._val)
