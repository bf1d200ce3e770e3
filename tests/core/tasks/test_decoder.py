"""The decoder sees the photo and the text before, never the text after; what it keeps changes nothing."""

from __future__ import annotations

import math

import pytest
import torch

from core.tasks.decoder import tap_tokens, taps_from
from core.tasks.generation import Written, write
from core.tasks.model import TextModel
from core.tasks.tokenizer import END, SPECIALS
from core.tasks.tuning import TextTuning


def tokens_of(model: TextModel, rows: int, length: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.randint(len(SPECIALS), model.config.vocabulary, (rows, length), generator=generator)


def test_a_place_sees_nothing_behind_it(tiny: TextModel, pixels: torch.Tensor) -> None:
    photo = tiny.photo_tokens(pixels)
    tokens = tokens_of(tiny, 5, 9)
    changed = tokens.clone()
    changed[:, 6:] = len(SPECIALS)
    before, after = tiny.decoder.hidden(tokens, photo), tiny.decoder.hidden(changed, photo)
    assert torch.equal(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


def test_it_reads_its_own_photo(tiny: TextModel, pixels: torch.Tensor) -> None:
    photo = tiny.photo_tokens(pixels)
    tokens = tokens_of(tiny, 1, 4).expand(5, -1)
    apart = torch.cat([tiny.decoder.hidden(tokens[:1], each[None]) for each in photo])
    torch.testing.assert_close(tiny.decoder.hidden(tokens, photo), apart)
    assert not torch.allclose(apart[0], apart[1])
    rows = torch.tensor([4, 4, 0])
    torch.testing.assert_close(tiny.decoder.hidden(tokens[:3], photo, rows), apart[rows])


def test_words_stand_in_order(tiny: TextModel, pixels: torch.Tensor) -> None:
    photo = tiny.photo_tokens(pixels[:1])
    a, b = tokens_of(tiny, 1, 2)[0].tolist()
    one, other = (tiny.decoder.hidden(torch.tensor([[*pair, a]]), photo)[0, -1] for pair in ((a, b), (b, a)))
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("method", ["untouched", "prefix", "lora", "adapter", "pt-peft(lora)"])
def test_step_by_step_is_the_whole_read_at_once(tiny: TextModel, pixels: torch.Tensor, method: str) -> None:
    model = tiny if method == "untouched" else _tuned(tiny, method)
    photo = model.photo_tokens(pixels)
    tokens = tokens_of(model, 5, 12)
    whole = model.decoder.hidden(tokens, photo)
    cache = model.decoder.begin(photo)
    first = model.decoder.step(tokens[:, :5], cache)
    rest = [model.decoder.step(tokens[:, n : n + 1], cache) for n in range(5, 12)]
    torch.testing.assert_close(torch.cat([first, *rest], dim=1), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["untouched", "prefix", "pt-peft(adapter)"])
def test_what_is_written_with_and_without_keeping_is_the_same(
    tiny: TextModel, pixels: torch.Tensor, method: str
) -> None:
    model = tiny if method == "untouched" else _tuned(tiny, method)
    photo = model.photo_tokens(pixels)
    starts = [model.question_start(text) for text in ("Is it red?", "赤ですか?", "a", "b", "Is it red?")]
    kept, anew = (write(model.decoder, photo, starts, cached=cached) for cached in (True, False))
    assert [each.tokens for each in kept] == [each.tokens for each in anew]
    for one, other in zip(kept, anew, strict=True):
        assert one.chance == pytest.approx(other.chance, rel=1e-3, abs=1e-12)


def test_only_text_and_the_end_are_written(tiny: TextModel, pixels: torch.Tensor) -> None:
    for written in write(tiny.decoder, tiny.photo_tokens(pixels), [[2]] * 5):
        assert all(token >= len(SPECIALS) for token in written.tokens)
        assert written.complete or len(written.tokens) == tiny.config.context_length - 1


def test_chances_are_those_of_the_tokens() -> None:
    written = Written((9, 9), (math.log(0.5), math.log(0.5), math.log(0.25)), complete=True)
    assert written.chance == pytest.approx(0.0625)
    assert written.mean_chance == pytest.approx(0.0625 ** (1 / 3))


def test_taps_are_the_towers_own_tokens(tiny: TextModel, pixels: torch.Tensor) -> None:
    first, half, last = tap_tokens(tiny.image, pixels, (0, 1, 2))
    for block, tokens in enumerate((first, half, last)):
        assert torch.equal(tokens, tiny.image.hidden(pixels, block))
    for one, other in zip(taps_from(tiny.image, half, 1, (1, 2)), (half, last), strict=True):
        assert torch.equal(one, other)


def test_a_text_ends_at_its_end(tiny: TextModel, pixels: torch.Tensor) -> None:
    with torch.no_grad():  # the end is the likeliest whatever was read
        tiny.decoder.ln_final.weight.zero_()
        tiny.decoder.ln_final.bias.copy_(10 * tiny.decoder.words[END])
    (written,) = write(tiny.decoder, tiny.photo_tokens(pixels[:1]), [[2]])
    assert written.tokens == () and written.complete and len(written.log_chances) == 1


def _tuned(base: TextModel, method: str) -> TextModel:
    tuning = TextTuning(base, method, {}, seed=1)
    with torch.no_grad():
        for value in tuning.model.parameters():
            if value.requires_grad:
                value.add_(0.1 * torch.randn(value.shape, generator=torch.Generator().manual_seed(2)))
    return tuning.eval().model
