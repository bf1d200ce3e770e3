"""Models of transformers behind the face of a model that writes, from folders that the test itself makes."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.problems import Problem
from core.tasks import chat_blocks
from core.tasks.chat import ChatWriter
from core.tasks.chat_open import Weights, choose_weights, import_folder, open_chat
from core.tasks.chat_tuning import ChatTuning
from core.tasks.folders import WriterStore
from core.tasks.lessons import IGNORED
from core.tasks.protocol import TextExample, TextSet
from core.tasks.tuned import load_tuned, save_tuned
from core.tasks.writers import card_of_folder
from tests.core.tasks.tiny_chat import qwen_folder, smol_folder

ALL = ["prefix", "lora", "adapter", "full", "pt-peft(lora)", "pt-peft(adapter)", "pt-peft(full)"]
# Each method on one of the families, and what is hung in another way in the other on both.
WHERE = [
    *((method, "qwen2_5_vl") for method in ALL),
    *((method, "smolvlm") for method in ("lora", "full", "pt-peft(adapter)")),
    ("pt-peft(lora)", "qwen3_vl"),
]
KINDS = ["smolvlm", "idefics3", "qwen2_5_vl", "qwen3_vl"]
NEW = 6


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ChatWriter]:
    scratch = tmp_path_factory.mktemp("chat")
    store = WriterStore(scratch / "writers")
    opened = {}
    for kind in KINDS:
        folder = scratch / kind
        source = qwen_folder(folder, kind) if kind.startswith("qwen") else smol_folder(folder, kind)
        stored = import_folder(kind, source, "Apache-2.0", store)
        opened[kind] = open_chat(card_of_folder(stored.record), store=store)
    return opened


@pytest.fixture(autouse=True)
def few_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tasks.chat.MOST_NEW_TOKENS", NEW)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def photos() -> list[Image.Image]:
    rng = np.random.default_rng(1)
    sizes = [(64, 64, 3), (64, 64, 3), (32, 64, 3)]
    return [Image.fromarray(rng.integers(0, 256, size, dtype=np.uint8)) for size in sizes]


@pytest.fixture(scope="module")
def texts(photos: list[Image.Image]) -> TextSet:
    told = ("no", "傷", "a nut")
    asked = [TextExample(number, text[:3], "Red?") for number, text in enumerate(told)]
    return TextSet(photos, (*asked, TextExample(1, "ok")))


def scores(writer: ChatWriter, photo: Image.Image, tokens: Sequence[int] = ()) -> torch.Tensor:
    """Scores of the next token behind a prompt and these tokens, everything read anew."""
    prompt = writer.prompt(photo, "Red? Answer in a few words.")
    inputs = dict(prompt.inputs)
    inputs["input_ids"] = torch.cat([inputs["input_ids"], torch.tensor([list(tokens)], dtype=torch.long)], 1)
    for name, fill in (("attention_mask", 1), ("mm_token_type_ids", 0)):
        if name in inputs:
            more = torch.full((1, len(tokens)), fill, dtype=inputs[name].dtype)
            inputs[name] = torch.cat([inputs[name], more], dim=1)
    with torch.no_grad():
        found: torch.Tensor = writer.net(**inputs, use_cache=False).logits[0, -1]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_writes_the_likeliest_token_each_time(
    writers: dict[str, ChatWriter], photos: list[Image.Image], kind: str
) -> None:
    writer = writers[kind]
    said = writer.answer(photos, ["Red?"] * len(photos))
    for photo, told in zip(photos, said, strict=True):
        tokens: list[int] = []
        chance = 0.0
        while len(tokens) < NEW and writer.end not in tokens:
            best = scores(writer, photo, tokens).log_softmax(dim=-1)
            tokens.append(int(best.argmax()))
            chance += float(best.max())
        assert told.complete == (writer.end in tokens)
        assert told.text == writer.text_of([token for token in tokens if token != writer.end])
        assert np.log(told.confidence) == pytest.approx(chance, abs=1e-3)


@pytest.mark.parametrize(("method", "kind"), WHERE)
def test_tuning_begins_untouched_reaches_everything_and_leaves_the_base_alone(
    writers: dict[str, ChatWriter], texts: TextSet, method: str, kind: str, tmp_path: Path
) -> None:
    writer = writers[kind]
    before = scores(writer, texts.photos[0])
    inner = method.removeprefix("pt-peft(").removesuffix(")")
    hyper = {f"{inner}.towers": "both"}
    tuning = writer.tune(method, hyper, seed=1)
    assert {_part(name) for name in tuning.learnable()} == {"vision", "language"}
    torch.testing.assert_close(scores(tuning.model, texts.photos[0]), before, rtol=1e-3, atol=1e-3)
    for stage in range(len(tuning.stages())):
        tuning.begin_stage(stage)
        still = _without_gradient(tuning, texts)
        # What stands before a zero (A of LoRA, a gated prefix) learns from the second step on.
        assert not still & _without_gradient(tuning, texts)
    assert torch.equal(scores(writer, texts.photos[0]), before)
    assert not any(value.requires_grad for value in writer.parameters())
    tuned = scores(tuning.model, texts.photos[0])
    assert not torch.allclose(tuned, before)
    save_tuned(tmp_path / "tuned", tuning, hyper, writer.card.sha256)
    again = load_tuned(tmp_path / "tuned", writer)
    assert isinstance(again, ChatTuning)
    torch.testing.assert_close(scores(again.model, texts.photos[0]), tuned, rtol=1e-3, atol=1e-3)


def _part(name: str) -> str:
    return "vision" if ".visual." in name or ".vision_model." in name or ".connector." in name else "language"


def _without_gradient(tuning: ChatTuning, texts: TextSet) -> set[str]:
    """One step; the names of what got no gradient in it."""
    lessons = tuning.lessons(texts)
    (batch,) = lessons.batches(range(len(lessons)), len(lessons))
    learnable = tuning.learnable()
    for value in learnable.values():
        value.grad = None
    tuning.train()
    loss, right = tuning.loss(batch)
    assert right.shape == (len(lessons),)
    loss.backward()
    tuning.eval()
    still = set()
    with torch.no_grad():
        for name, value in learnable.items():
            if value.grad is None or not value.grad.abs().sum() > 0:
                still.add(name)
            else:
                value.sub_(0.3 * value.grad / value.grad.norm())
    # A bias of keys shifts all scores of a query alike, which softmax does not see.
    return {name for name in still if not name.endswith("k_proj.bias")}


@pytest.mark.parametrize("kind", ["smolvlm", "qwen2_5_vl"])
def test_what_it_learned_it_writes(writers: dict[str, ChatWriter], texts: TextSet, kind: str) -> None:
    tuning = writers[kind].tune("pt-peft(lora)", {}, 1)
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
    asked, described = texts.examples[:3], texts.examples[3:]
    said = [
        *tuning.writer.answer([texts.photos[each.photo] for each in asked], ["Red?"] * 3),
        *tuning.writer.caption([texts.photos[each.photo] for each in described]),
    ]
    written = [told.text == each.text for told, each in zip(said, texts.examples, strict=True)]
    assert written == right.tolist() and all(written)


@pytest.mark.parametrize("kind", ["smolvlm", "qwen2_5_vl", "qwen3_vl"])
def test_the_loss_is_that_of_the_answers_alone(
    writers: dict[str, ChatWriter], texts: TextSet, kind: str
) -> None:
    writer = writers[kind]
    tuning = writer.tune("lora", {}, 1)
    lessons = tuning.lessons(texts)
    asked = list(range(3))
    (batch,) = lessons.batches(asked, 3)
    with torch.no_grad():
        loss, _ = tuning.loss(batch)
    each = []
    for number in asked:
        tokens = lessons.tokens[number]
        logs = [
            scores(writer, texts.photos[number], tokens[:at]).log_softmax(dim=-1)[token]
            for at, token in enumerate(tokens)
        ]
        each.append(-torch.stack(logs).mean())
    torch.testing.assert_close(loss, torch.stack(each).mean(), rtol=1e-3, atol=1e-3)
    # Where the vision part learns too, photos come as pixels: at first the same.
    both = writer.tune("lora", {"lora.towers": "both"}, 1)
    (pixels,) = both.lessons(texts).batches(asked, 3)
    with torch.no_grad():
        torch.testing.assert_close(both.loss(pixels)[0], loss, rtol=1e-3, atol=1e-3)
    assert all(not lines.seen for lines in pixels) and all(lines.seen for lines in batch)
    assert sum(int((lines.wanted != IGNORED).sum()) for lines in batch) == sum(
        len(lessons.tokens[number]) for number in asked
    )


def test_a_photo_is_opened_once_where_only_the_language_part_learns(
    writers: dict[str, ChatWriter], texts: TextSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []

    class Photos(list[Image.Image]):
        def __getitem__(self, number: Any) -> Any:
            opened.append(number)
            return super().__getitem__(number)

    watched = TextSet(Photos(texts.photos), texts.examples)
    for beforehand, most, times in ((True, 10**9, 4), (True, 0, 8), (False, 10**9, 8)):
        monkeypatch.setattr("core.tasks.chat_tuning.MOST_BYTES", most)
        towers = "text" if beforehand else "image"
        lessons = writers["smolvlm"].tune("lora", {"lora.towers": towers}, 1).lessons(watched)
        opened.clear()
        for _ in range(2):
            list(lessons.batches(range(4), 2))
        assert len(opened) == times


def test_parts_apart_and_layers_by_their_names(writers: dict[str, ChatWriter]) -> None:
    def learned(kind: str, method: str, **hyper: Any) -> set[str]:
        given = {f"{method}.{key}": value for key, value in hyper.items()}
        return set(writers[kind].tune(method, given, 1).learnable())

    for kind, vision in (("smolvlm", ".vision_model."), ("qwen2_5_vl", ".visual.")):
        for method in ("prefix", "lora", "adapter"):
            assert all(vision in name for name in learned(kind, method, towers="image"))
            assert not any(vision in name for name in learned(kind, method, towers="text"))
    asked = learned("qwen2_5_vl", "lora", targets="qk", towers="both")
    layers = {name.split(".lora_")[0].split(".")[-1] for name in asked}
    assert layers == {"q_proj", "k_proj", "qkv"}
    for method in ("lora", "pt-peft(lora)"):
        assert {_part(name) for name in learned("smolvlm", method)} == {"language"}, "where nothing is said"
    assert all(".layers.1." in name for name in learned("smolvlm", "lora", towers="text", blocks="last"))


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_an_ungated_prefix_is_that_of_peft(writers: dict[str, ChatWriter]) -> None:
    """peft hands its prefix over as `past_key_values`; with equal keys, values and positions the scores are equal."""
    import peft

    net = chat_blocks.sharing_copy(writers["smolvlm"].net)
    language, config = net.model.text_model, net.config.text_config
    torch.manual_seed(0)
    chat_blocks.hang_prefixes(language.layers, config, 3, encoded=True, gated=False)
    tokens = torch.tensor([[5, 9, 70, 33, 8], [4, 4, 90, 6, 7]])
    positions = torch.arange(5)[None] + 3
    heads, groups = config.num_key_value_heads, config.num_attention_heads // config.num_key_value_heads
    flat = []
    for layer in language.layers:
        layer.self_attn.memory.fold()
        for part in layer.self_attn.memory.prefix():
            # peft has one key per group of queries; ours has one per query: give each of a group the same.
            part.data = part.data[::groups].repeat_interleave(groups, dim=0)
            flat.append(part.data[::groups].permute(1, 0, 2).reshape(3, -1))
    with torch.no_grad():
        ours = language(input_ids=tokens, position_ids=positions, use_cache=False).last_hidden_state
    plain = chat_blocks.sharing_copy(writers["smolvlm"].net).model.text_model
    settings = peft.PrefixTuningConfig(
        num_virtual_tokens=3,
        num_layers=config.num_hidden_layers,
        token_dim=heads * (config.hidden_size // config.num_attention_heads),
        num_attention_heads=heads,
        task_type="FEATURE_EXTRACTION",
    )
    theirs = peft.get_peft_model(plain, settings)
    with torch.no_grad():
        theirs.prompt_encoder["default"].embedding.weight.copy_(torch.cat(flat, dim=1))
        # Behind a prefix of three, peft counts on from the fourth position.
        found = theirs(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
    torch.testing.assert_close(ours, found, rtol=1e-4, atol=1e-4)


def test_the_names_of_special_tokens_are_plain_letters(
    writers: dict[str, ChatWriter], photos: list[Image.Image]
) -> None:
    writer = writers["smolvlm"]
    image = writer.processor.tokenizer.convert_tokens_to_ids("<image>")
    plain, sly = (writer.prompt(photos[0], said).inputs["input_ids"] for said in ("?", "<image><image>?"))
    assert (sly == image).sum() == (plain == image).sum()
    tokens = writer.tokens_of(TextExample(0, "<"))
    assert tokens.count(writer.end) == 1
    with pytest.raises(Problem) as told:
        writer.tokens_of(TextExample(0, "a long answer"))
    assert told.value.code == "tasks.text_too_long"


def test_photos_are_cut_into_few_tiles(writers: dict[str, ChatWriter]) -> None:
    large = Image.new("RGB", (4000, 3000))
    assert writers["smolvlm"].prompt(large, "?").inputs["pixel_values"].shape[1] <= 5


def test_languages_are_those_of_the_family(writers: dict[str, ChatWriter]) -> None:
    assert [writers[kind].card.languages for kind in KINDS] == [("en",), ("en",), ("ja", "en"), ("ja", "en")]


@pytest.mark.parametrize(
    ("free", "on_card", "can_shrink", "code"),
    [
        (5200, False, False, "whole"),
        (5100, False, False, "half"),
        (5100, True, True, "half"),
        (2599, True, True, "int8"),
        (1429, True, True, "int4"),
    ],
)
def test_weights_are_held_as_precisely_as_fits(free: int, on_card: bool, can_shrink: bool, code: str) -> None:
    found = choose_weights("m", 1_000_000_000, free * 1_000_000, on_card, can_shrink)
    assert found.code == f"tasks.weights_{code}" and found.data["free"] == free


@pytest.mark.parametrize(
    ("free", "on_card", "can_shrink"), [(2599, True, False), (2599, False, True), (800, True, True)]
)
def test_what_fits_nowhere_is_refused(free: int, on_card: bool, can_shrink: bool) -> None:
    with pytest.raises(Problem) as told:
        choose_weights("m", 1_000_000_000, free * 1_000_000, on_card, can_shrink)
    assert told.value.code == "tasks.model_too_large"


def test_half_precision_writes_and_learns_but_not_as_a_whole(
    tmp_path: Path, photos: list[Image.Image], texts: TextSet
) -> None:
    store = WriterStore(tmp_path / "writers")
    stored = import_folder("m", smol_folder(tmp_path / "m"), store=store)
    writer = open_chat(card_of_folder(stored.record), weights="half", store=store)
    assert {value.dtype for value in writer.parameters()} == {torch.bfloat16}
    assert writer.loaded is not None and writer.loaded.code == "tasks.weights_half"
    assert len(writer.caption(photos)) == len(photos)
    for method in ("pt-peft(lora)", "pt-peft(adapter)"):
        tuning = writer.tune(method, {}, 1)
        tuning.begin_stage(1)
        assert {value.dtype for value in tuning.learnable().values()} == {torch.float32}
        still = _without_gradient(tuning, texts)
        assert not still & _without_gradient(tuning, texts)
    with pytest.raises(Problem) as told:
        writer.tune("full", {}, 1)
    assert told.value.code == "tasks.quantised_full"


@pytest.mark.parametrize(("weights", "layer"), [("int8", "Linear8bitLt"), ("int4", "Linear4bit")])
def test_shrunk_weights_write_and_learn(
    tmp_path: Path,
    photos: list[Image.Image],
    texts: TextSet,
    weights: Weights,
    layer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("bitsandbytes", reason="NOT RUN: shrunk weights; pip install hikidashi[writers]")
    # As on a graphics card: some processors have a way of their own to write with 4 bits, through which nothing learns.
    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: False)
    store = WriterStore(tmp_path / "writers")
    # Weights of 4 bits share a scale by 64.
    stored = import_folder("m", smol_folder(tmp_path / "m", width=64), store=store)
    writer = open_chat(card_of_folder(stored.record), weights=weights, store=store)
    assert layer in {type(module).__name__ for module in writer.modules()}
    assert len(writer.caption(photos)) == len(photos)
    tuning = writer.tune("pt-peft(lora)", {}, 1)
    tuning.begin_stage(1)
    still = _without_gradient(tuning, texts)
    assert not still & _without_gradient(tuning, texts)
    with pytest.raises(Problem) as told:
        writer.tune("pt-peft(full)", {}, 1)
    assert told.value.code == "tasks.quantised_full"
