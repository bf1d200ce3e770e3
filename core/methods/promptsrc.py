"""PromptSRC: prompts in both towers that are held to what the untouched model says (arXiv 2307.06948; methods.md §6).

    L = CE(z, y) + 25·mean|w − w̄| + 10·mean|f − f̄| + Σ p̄ (log p̄ − log p) / (B·C)

f, w are unit features of photos and texts under the prompts, p their class probabilities; f̄, w̄, p̄ are those of the
untouched model on the same views, its texts averaged over many sentences. Means run over all elements. After the last
epoch the prompts are a Gaussian-weighted average over epochs (GPA). The published code lists 60 sentences; here they
are CLIP's own 80, which open_clip ships.
"""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.configs.image_prompts import PromptSRCConfig
from core.methods.deep_prompts import BothPrompted, random_prompts
from core.methods.gaussian_average import GaussianAverage
from core.methods.protocol import Aligned, Batch, Needs, Term, matching_logits
from core.methods.teacher import check_sentences, ensemble, frozen_text_features


class PromptSRC(BothPrompted):
    """Text prompts `(J, n, W)` and image prompts of their own `(J, n, W)`; J is at most the depth of each tower.

    Raises:
        Problem: `backbones.no_prompts`, `backbones.no_image_prompts`, `methods.too_long_description`.
    """

    def __init__(self, config: PromptSRCConfig, backbone: Backbone, classes: Sequence[ClassText]) -> None:
        super().__init__(backbone, classes, config.n_ctx, config.prompt_depth)
        self.config = config
        tower = backbone.image
        depth = min(config.prompt_depth, tower.depth)
        prompts = random_prompts(depth, config.n_image, tower.width)
        self.vision_prompts = nn.Parameter(prompts.to(backbone.device))
        self._averaged = self._learned()
        self.average = GaussianAverage(self._averaged, config.gpa_mean, config.gpa_std)
        self._sentences = ensemble(config.templates)
        check_sentences(backbone, self.classes, self._sentences)
        self._teacher_text: Tensor | None = None

    @property
    def needs(self) -> Needs:
        """Pixels, and the untouched model's features of the same views."""
        return Needs("pixels", teacher=True)

    def image_prompts(self) -> Sequence[Tensor]:
        """The image prompts, block by block."""
        return self.vision_prompts.unbind()

    def terms(self, aligned: Aligned, batch: Batch) -> list[Term]:
        """Matching, and the three consistency terms of the formula above."""
        if batch.teacher is None:
            raise ValueError("PromptSRC learns beside the teacher's features of the same views")
        teacher_text = self.teacher_text()
        texts = _unit_distance(aligned.text_features, teacher_text)
        images = _unit_distance(aligned.image_features, batch.teacher)
        teacher = matching_logits(batch.teacher, teacher_text, self.backbone.logit_scale)
        scores = functional.kl_div(
            aligned.logits.log_softmax(dim=-1), teacher.log_softmax(dim=-1), reduction="sum", log_target=True
        )
        return [
            *super().terms(aligned, batch),
            Term("text_consistency", texts, self.config.text_weight),
            Term("image_consistency", images, self.config.image_weight),
            Term("score_consistency", scores / teacher.numel(), self.config.score_weight),
        ]

    def start(self, lessons: Batch) -> None:
        """The teacher reads its sentences."""
        super().start(lessons)
        self.teacher_text()

    def teacher_text(self) -> Tensor:
        """What the untouched model says of the learned classes, unit `(C, D)`; read once, as judging does without."""
        if self._teacher_text is None:
            self._teacher_text = frozen_text_features(
                self.backbone, self.classes, self._sentences, average="raw"
            )
        return self._teacher_text

    def accompany(self, parameters: Mapping[str, nn.Parameter]) -> None:
        """They are averaged like the prompts: the published code averages all that the model holds."""
        self._averaged |= parameters
        self.average = GaussianAverage(self._averaged, self.config.gpa_mean, self.config.gpa_std)

    def epoch_ended(self, epoch: int, epochs: int) -> None:
        """Average what is learned over epochs: the prompts, and what a wrapper learns beside them."""
        self.average.add(self._averaged, epoch, epochs)


def _unit_distance(features: Tensor, teacher: Tensor) -> Tensor:
    """The mean over all elements of |x − x̄| between unit features `(N, D)`."""
    unit, held = (functional.normalize(each.float(), dim=-1) for each in (features, teacher))
    return functional.l1_loss(unit, held)
