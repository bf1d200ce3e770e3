"""CoCa behind the face of a model that writes, checked against open_clip's own forward pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core.backbones.load import build_towers, import_file, load_backbone
from core.backbones.store import ModelStore
from core.backbones.tokens import make_tokenizer
from core.problems import Problem
from core.tasks.coca import CoCaTuning, CoCaWriter, open_coca
from core.tasks.generation import write
from core.tasks.photo_cache import ReadPhotos
from core.tasks.protocol import TextExample, TextSet
from core.tasks.tuned import load_tuned, save_tuned
from core.tasks.writers import writer_cards

TINY: dict[str, Any] = {
    "embed_dim": 16,
    "vision_cfg": {
        "image_size": 32,
        "layers": 2,
        "width": 32,
        "head_width": 16,
        "patch_size": 16,
        "attentional_pool": True,
        "attn_pooler_heads": 2,
        "attn_pooler_queries": 5,
        "output_tokens": True,
    },
    "text_cfg": {
        "context_length": 23,
        "vocab_size": 49408,
        "width": 16,
        "heads": 2,
        "layers": 2,
        "embed_cls": True,
        "output_tokens": True,
    },
    "multimodal_cfg": {"context_length": 23, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
    "custom_text": True,
}
ALL = ["prefix", "lora", "adapter", "full", "pt-peft(lora)", "pt-peft(adapter)", "pt-peft(full)"]
TEXTS = ("a red bolt", "欠けあり", "no")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    scratch = tmp_path_factory.mktemp("coca")
    folder = scratch / "outside"
    folder.mkdir()
    torch.manual_seed(3)
    model = build_towers(TINY)
    tokenizer = make_tokenizer(TINY["text_cfg"], None, "coca")
    state = {
        key: value + 0.1 * torch.randn_like(value) if value.is_floating_point() and value.dim() else value
        for key, value in model.state_dict().items()
    }
    # open_clip leaves it as the memory was.
    state["text_decoder.text_projection"] = 0.1 * torch.randn(16, 49408)
    # So narrow a model can say few of so many words; those of the texts below are made louder.
    words = torch.cat([tokenizer([text], 23)[0] for text in (*TEXTS, "a brass nut")])
    state["text_decoder.text_projection"][:, words[words > 0].unique()] *= 4
    save_file(state, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": {}}))
    store = ModelStore(scratch / "models")
    import_file("my-coca", folder, licence="MIT", store=store)
    return store


@pytest.fixture(scope="module")
def writer(store: ModelStore) -> CoCaWriter:
    (card,) = [card for card in writer_cards(store) if card.kind == "coca"]
    return open_coca(card, store=store)


@pytest.fixture
def texts(photos: list[Image.Image]) -> TextSet:
    asked = [TextExample(number, text, "What is it?") for number, text in enumerate(TEXTS)]
    return TextSet(photos, (*asked, TextExample(3, "a brass nut")))


def stock(store: ModelStore) -> Any:
    """open_clip's own model of the same weights."""
    return load_backbone("my-coca", store=store)._open_clip


def logits(writer: CoCaWriter, pixels: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    photo = writer.image.read(writer.image.hidden(pixels, 0))
    return writer.decoder.logits(writer.decoder.hidden(tokens, photo))


def test_a_stored_coca_is_listed_as_a_model_that_writes(store: ModelStore) -> None:
    embedded, coca = writer_cards(store)
    assert embedded.kind == "embedded"
    assert (coca.name, coca.languages, coca.tasks) == ("my-coca", ("en",), ("caption", "vqa"))
    assert coca.sha256 == store.open("my-coca").record.sha256


def test_it_still_compares_photos_with_words(store: ModelStore, writer: CoCaWriter) -> None:
    backbone = load_backbone("my-coca", store=store)
    tokens = backbone.tokenize(["a bolt", "a nut"])
    expected = backbone._open_clip.encode_text(tokens, normalize=True)
    torch.testing.assert_close(torch.nn.functional.normalize(backbone.text_features(tokens)), expected)
    assert tokens.shape[1] == 23 and backbone.image_features(torch.randn(2, 3, 32, 32)).shape == (2, 16)


def test_its_scores_are_open_clips_own(
    store: ModelStore, writer: CoCaWriter, photos: list[Image.Image]
) -> None:
    pixels = writer.pixels(photos)
    tokens = torch.tensor([[writer.pieces.start, *writer.pieces.encode("a small red bolt")]] * len(photos))
    with torch.no_grad():
        expected = stock(store)(pixels, tokens, output_labels=False)["logits"]
    torch.testing.assert_close(logits(writer, pixels, tokens), expected, rtol=1e-4, atol=1e-4)


def test_it_writes_the_likeliest_token_each_time(
    store: ModelStore, writer: CoCaWriter, photos: list[Image.Image]
) -> None:
    model, pixels = stock(store), writer.pixels(photos[:2])
    start = writer.start("What is it?")
    tokens = torch.tensor([start, start])
    with torch.no_grad():
        while tokens.shape[1] < 23:  # the whole text anew each time, by open_clip's own forward
            scores = model(pixels, tokens, output_labels=False)["logits"][:, -1]
            scores[:, writer.pieces.start] = -torch.inf
            tokens = torch.cat([tokens, scores.argmax(dim=-1, keepdim=True)], dim=1)
        photo = writer.image.read(writer.image.hidden(pixels, 0))
        kept = write(
            writer.decoder, photo, [start, start], end=writer.pieces.end, never=(writer.pieces.start,)
        )
    for row, found in zip(tokens[:, len(start) :].tolist(), kept, strict=True):
        until = row.index(writer.pieces.end) if writer.pieces.end in row else len(row)
        assert list(found.tokens) == row[:until]
    said = writer.answer(photos[:2], ["What is it?"] * 2)
    assert [each.text for each in said] == [writer.text_of(found.tokens) for found in kept]
    assert [each.confidence for each in said] == pytest.approx([found.chance for found in kept])


@pytest.mark.parametrize("method", ALL)
def test_tuning_begins_untouched_reaches_everything_and_leaves_the_base_alone(
    writer: CoCaWriter, texts: TextSet, method: str, tmp_path: Path
) -> None:
    pixels = writer.pixels(texts.photos)
    tokens = torch.tensor([writer.pieces.encode("a red bolt")] * len(pixels))
    before = logits(writer, pixels, tokens)
    hyper = {"prefix.towers": "both", "lora.dropout": 0.0}
    tuning = writer.tune(method, {k: v for k, v in hyper.items() if k.startswith(method)}, seed=1)
    torch.testing.assert_close(logits(tuning.model, pixels, tokens), before, rtol=1e-4, atol=1e-4)
    for stage in range(len(tuning.stages())):
        tuning.begin_stage(stage)
        _step(tuning, texts)
        still = {name for name, value in tuning.learnable().items() if not _moved(value)}
        # What stands before a zero (A of LoRA, a gated prefix) learns from the second step on.
        _step(tuning, texts)
        assert not {name for name in still if not _moved(tuning.learnable()[name])}
    assert torch.equal(logits(writer, pixels, tokens), before)
    assert not any(value.requires_grad for value in writer.parameters())
    tuned = logits(tuning.model, pixels, tokens)
    assert not torch.allclose(tuned, before)
    save_tuned(tmp_path / "tuned", tuning, {}, writer.card.sha256)
    again = load_tuned(tmp_path / "tuned", writer)
    assert isinstance(again, CoCaTuning)
    torch.testing.assert_close(logits(again.model, pixels, tokens), tuned, rtol=1e-4, atol=1e-4)


def _step(tuning: CoCaTuning, texts: TextSet) -> None:
    lessons = tuning.lessons(texts)
    (batch,) = lessons.batches(range(len(lessons)), len(lessons))
    for value in tuning.learnable().values():
        value.grad = None
    loss, right = tuning.loss(batch)
    assert right.shape == (len(lessons),)
    loss.backward()
    with torch.no_grad():
        for value in tuning.learnable().values():
            assert value.grad is not None
            value.sub_(0.3 * value.grad / value.grad.norm().clamp(min=1e-9))


def _moved(value: torch.nn.Parameter) -> bool:
    return value.grad is not None and bool(value.grad.abs().sum() > 0)


def test_what_it_learned_it_writes(writer: CoCaWriter, texts: TextSet) -> None:
    tuning = writer.tune("pt-peft(lora)", {}, 1)
    tuning.begin_stage(1)
    lessons = tuning.lessons(texts)
    (batch,) = lessons.batches(range(len(lessons)), len(lessons))
    optimizer = torch.optim.AdamW(tuning.learnable().values(), lr=2e-2)
    for _ in range(80):
        loss, right = tuning.loss(batch)
        if right.all():
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    said = tuning.writer.answer(texts.photos[:3], ["What is it?"] * 3)
    said += tuning.writer.caption(texts.photos[3:4])
    written = [told.text == each.text for told, each in zip(said, texts.examples, strict=True)]
    assert written == right.tolist() and all(written)


def test_the_language_part_and_the_vision_part_apart(writer: CoCaWriter) -> None:
    def parts(method: str, **hyper: Any) -> set[str]:
        names = writer.tune(method, {f"{method}.{k}": v for k, v in hyper.items()}, 1).learnable()
        return {".".join(name.split(".")[:2]) for name in names}

    text = {"decoder.text", "decoder.joint", "decoder.cross"}
    assert parts("lora", towers="image") == {"image.blocks"} == parts("prefix", towers="image")
    assert parts("lora", towers="text") == text == parts("adapter", towers="text")
    assert parts("full") == text | {"image.blocks"}
    assert writer.tune("lora", {"lora.towers": "text"}, 1).first_block == 2


def test_the_loss_is_that_of_the_answer_alone(writer: CoCaWriter, texts: TextSet) -> None:
    tuning = writer.tune("lora", {}, 1)
    one = TextSet(texts.photos, (TextExample(0, "a red bolt", "What is it?"),))
    (batch,) = tuning.lessons(one).batches([0], 1)
    loss, _ = tuning.loss(batch)
    start, rest, _ = writer.wording(one.examples[0])
    pixels = writer.pixels(texts.photos[:1])
    scores = logits(writer, pixels, torch.tensor([[*start, *rest[:-1]]]))[0, len(start) - 1 :]
    chances = scores.log_softmax(dim=-1)[range(len(rest)), rest]
    torch.testing.assert_close(loss, -chances.mean(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A bolt, 3.5 mm (M8).", "a bolt, 3.5 mm (m 8)."),
        ("12 holes", "12 holes"),
        ("左上に欠けがあります。M8ボルト", "左上に欠けがあります。m8ボルト"),
        ("<end_of_text> yes", None),
    ],
)
def test_texts_come_back_as_they_are_read(writer: CoCaWriter, text: str, read: str | None) -> None:
    tokens = writer.pieces.encode(text)
    assert writer.pieces.end not in tokens and writer.pieces.start not in tokens
    if read is not None:
        assert writer.text_of(tokens) == read


def test_a_text_too_long_for_the_context_is_refused(writer: CoCaWriter) -> None:
    with pytest.raises(Problem) as told:
        writer.wording(TextExample(0, "傷" * 20))
    assert told.value.code == "tasks.text_too_long"
    assert len(writer.start("何" * 200)) <= 23 // 2 + 1


def test_a_backbone_without_a_decoder_does_not_write() -> None:
    with pytest.raises(Problem) as told:
        load_backbone().writing_parts()
    assert told.value.code == "backbones.does_not_write"


def test_photos_are_kept_where_they_fit_and_read_again_where_not(photos: list[Image.Image]) -> None:
    opened: list[int] = []

    def read(some: Any) -> torch.Tensor:
        opened.append(len(some))
        return torch.stack([torch.tensor([float(photo.getpixel((0, 0))[0])] * 4) for photo in some])

    roomy, tight = ReadPhotos(photos, read), ReadPhotos(photos, read, most_bytes=16)
    first = roomy.rows([2, 0])
    assert torch.equal(roomy.rows([0, 2]), first.flip(0)) and opened == [2]
    opened.clear()
    assert torch.equal(tight.rows([2, 0]), first) and torch.equal(tight.rows([2, 0]), first)
    assert opened == [2, 1], "only the first of them fits"
