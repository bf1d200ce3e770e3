"""Models of transformers that are spoken to (SmolVLM, Idefics3, Qwen-VL) behind the face of a model that writes.

A description answers a fixed request, an answer follows the question; both by the model's own chat template. Nothing is
drawn at random: the likeliest token each time. Texts whose prompts are of equal length are written together, so that no
padding stands between a prompt and what follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from torch import Tensor, nn

from core.methods.protocol import Decision
from core.methods.tower_tuning import judging
from core.problems import Language, Problem
from core.tasks.generation import Written, cut
from core.tasks.protocol import TextExample, Told
from core.tasks.texts import language_of
from core.tasks.writers import WriterCard
from core.training.job import HyperValue

if TYPE_CHECKING:
    from core.tasks.chat_tuning import ChatTuning

MOST_NEW_TOKENS = 128
# Enough to see what a person sees in the photo's preview; more costs a small PC minutes per photo.
LONGEST_SIDE = 1024
_BATCH = 8
_TELL: dict[Language, str] = {
    "en": "Describe this photo in one sentence.",
    "ja": "この写真を日本語の一文で説明してください。",
}
_BRIEFLY: dict[Language, str] = {"en": "Answer in a few words.", "ja": "短く答えてください。"}
_MARK = "HIKIDASHI"


# What the language part reads of a photo `(T, D)`, and what some models also add in their first layers.
Seen = tuple[Tensor, ...]
_PIXELS = ("pixel_values", "pixel_attention_mask")


@dataclass(frozen=True, eq=False)
class Prompt:
    """What stands before a text: everything that the model takes, one row each, by name.

    `seen`, where the photo was read beforehand: what the vision part made of it, instead of pixels.
    """

    inputs: dict[str, Tensor]
    seen: Seen | None = None

    @property
    def length(self) -> int:
        """How many tokens."""
        return int(self.inputs["input_ids"].shape[1])

    @property
    def shape(self) -> tuple[Any, ...]:
        """Prompts of equal shape can be taken together."""
        return tuple(
            (name, tuple(value.shape))
            for name, value in sorted(self.inputs.items())
            if value.shape[:2] != (1, self.length)
        )


class ChatWriter(nn.Module):
    """Describes photos and answers questions. `held` says as how many bits its weights are held, and why."""

    def __init__(self, model: Any, processor: Any, card: WriterCard, held: Decision) -> None:
        super().__init__()
        self.net = model.requires_grad_(False).eval()
        self.processor = processor
        self.card = card
        self.held = held
        self.lead, self.end = _ends(processor)
        self._names = sorted({*_special(processor.tokenizer)}, key=len, reverse=True)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        device: torch.device = self.net.device
        return device

    @property
    def whole(self) -> bool:
        """Whether its weights are in full precision, not shrunk to fit."""
        return self.held.code == "tasks.weights_whole"

    @property
    def loaded(self) -> Decision | None:
        """As how many bits its weights are held, where that is fewer than they have."""
        return None if self.whole else self.held

    def tune(self, composition: str, hyper: Mapping[str, HyperValue], seed: int) -> ChatTuning:
        """Something learnable hung on a copy of it. Raises Problem as `ChatTuning`."""
        from core.tasks.chat_tuning import ChatTuning  # it is made of this module's writer

        return ChatTuning(self, composition, hyper, seed)

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        """A description of each photo; in a language that the model does not know it may be in another."""
        written = self._write(photos, [_TELL[language]] * len(photos))
        return [Told(self.text_of(w.tokens), w.mean_chance, w.complete) for w in written]

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        """The answer to each photo's question. Raises ValueError where the lists differ in length."""
        if len(photos) != len(questions):
            raise ValueError(f"{len(photos)} photos, {len(questions)} questions")
        written = self._write(photos, [_asked(question) for question in questions])
        return [Told(self.text_of(w.tokens), w.chance, w.complete) for w in written]

    def prompt(self, photo: Image.Image, said: str) -> Prompt:
        """A photo and what is said to the model about it."""
        picture = photo.convert("RGB")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC)
        text = _conversation(self.processor, self._plain(said))
        inputs = self.processor(text=[text], images=[[picture]], return_tensors="pt")
        return Prompt({name: value for name, value in inputs.items() if isinstance(value, Tensor)})

    def prompt_of(self, photo: Image.Image, example: TextExample) -> Prompt:
        """What stands before the text of an example."""
        said = _TELL[example.language] if example.question is None else _asked(example.question)
        return self.prompt(photo, said)

    @torch.no_grad()
    def read(self, prompt: Prompt, seen: Seen | None = None) -> Prompt:
        """The same with its photo read by the vision part, or as `seen` where it was read before."""
        if seen is None:
            inputs = self.joined([prompt])
            pixels = {name: inputs[name] for name in (*_PIXELS, "image_grid_thw") if name in inputs}
            with judging(self):
                output = self.net.model.get_image_features(**pixels, return_dict=True)
            deep = getattr(output, "deepstack_features", None) or ()
            seen = tuple(torch.cat(tuple(layer)).cpu() for layer in (output.pooler_output, *deep))
        rest = {name: value for name, value in prompt.inputs.items() if name not in _PIXELS}
        return Prompt(rest, seen)

    def text_of(self, tokens: Sequence[int]) -> str:
        """The text of tokens."""
        text: str = self.processor.tokenizer.decode(list(tokens), skip_special_tokens=True)
        return " ".join(text.split())

    def tokens_of(self, example: TextExample) -> list[int]:
        """What is to be written of an example, its end included.

        Raises:
            Problem: `tasks.text_too_long` where it cannot be written in one go; `tasks.text_empty`.
        """
        text = self._plain(example.text.strip())
        if not text:
            raise Problem("tasks.text_empty", photo=example.photo + 1)
        tokens = self.processor.tokenizer(self.lead + text, add_special_tokens=False)["input_ids"]
        if len(tokens) >= MOST_NEW_TOKENS:
            most = MOST_NEW_TOKENS - 1
            raise Problem("tasks.text_too_long", text=example.text, tokens=len(tokens), most=most)
        return [*tokens, self.end]

    def joined(self, prompts: Sequence[Prompt]) -> dict[str, Tensor]:
        """Prompts of equal length and shape as the model takes them, on its device."""
        names = prompts[0].inputs.keys()
        found = {name: torch.cat([prompt.inputs[name] for prompt in prompts]) for name in names}
        dtype = self.net.dtype
        return {
            name: value.to(self.device, dtype if value.is_floating_point() else None)
            for name, value in found.items()
        }

    def joined_seen(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        """What the vision part made of these prompts' photos, as the model takes it; nothing where they are pixels."""
        seen = [prompt.seen for prompt in prompts if prompt.seen is not None]
        if not seen:
            return {}
        pooled, *deep = zip(*seen, strict=True)
        image = SimpleNamespace(
            pooler_output=[part.to(self.device) for part in pooled],
            deepstack_features=[[part.to(self.device) for part in layer] for layer in deep],
        )
        return {"mm_encoder_outputs": {"image": image}}

    @torch.no_grad()
    def _write(self, photos: Sequence[Image.Image], said: Sequence[str]) -> list[Written]:
        found: dict[int, Written] = {}
        for first in range(0, len(photos), _BATCH):
            numbers = range(first, min(first + _BATCH, len(photos)))
            prompts = {number: self.prompt(photos[number], said[number]) for number in numbers}
            alike: defaultdict[Any, list[int]] = defaultdict(list)
            for number, prompt in prompts.items():
                alike[prompt.length, prompt.shape].append(number)
            for together in alike.values():
                written = self._write_together([prompts[number] for number in together])
                found |= dict(zip(together, written, strict=True))
        return [found[number] for number in range(len(photos))]

    def _write_together(self, prompts: Sequence[Prompt]) -> list[Written]:
        with judging(self):
            output = self.net.generate(
                **self.joined(prompts),
                do_sample=False,
                num_beams=1,
                max_new_tokens=MOST_NEW_TOKENS,
                eos_token_id=self.end,
                pad_token_id=self.end,
                output_logits=True,
                return_dict_in_generate=True,
            )
        tokens = output.sequences[:, prompts[0].length :]
        scores = torch.stack([step.float().log_softmax(dim=-1) for step in output.logits], dim=1)
        chances = scores.gather(2, tokens[:, :, None])[:, :, 0]
        return [cut(row, log, self.end) for row, log in zip(tokens.tolist(), chances.tolist(), strict=True)]

    def _plain(self, text: str) -> str:
        """A text in which the names of special tokens are plain letters."""
        for name in self._names:
            text = text.replace(name, f"{name[0]} {name[1:]}")
        return text


def _asked(question: str) -> str:
    return f"{question.strip()} {_BRIEFLY[language_of(question)]}"


def _conversation(processor: Any, said: str, answer: str | None = None) -> str:
    said_by_user = [{"type": "image"}, {"type": "text", "text": said}]
    messages: list[dict[str, Any]] = [{"role": "user", "content": said_by_user}]
    if answer is not None:
        messages.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
    text: str = processor.apply_chat_template(messages, add_generation_prompt=answer is None, tokenize=False)
    return text


def _ends(processor: Any) -> tuple[str, int]:
    """What stands between a prompt and an answer, and the token that ends one, as the chat template has them.

    Raises:
        ValueError: where the template does not put an answer behind the prompt.
    """
    before, whole = _conversation(processor, "?"), _conversation(processor, "?", _MARK)
    lead, mark, rest = whole.removeprefix(before).partition(_MARK)
    ids = processor.tokenizer(rest, add_special_tokens=False)["input_ids"]
    if not whole.startswith(before) or not mark or not ids:
        raise ValueError("chat template")
    return lead, int(ids[0])


def _special(tokenizer: Any) -> list[str]:
    return [
        str(token)
        for token in (*tokenizer.all_special_tokens, *tokenizer.get_added_vocab())
        if len(token) > 1
    ]
