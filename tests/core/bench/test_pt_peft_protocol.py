"""The protocol of PT-PEFT's claim: each method tuned per seed, differences paired, what is kept measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.bench.commands import PROTOCOL_NAMES, TEXT_PROTOCOL
from core.bench.protocols import pt_peft as protocol
from core.bench.protocols.pt_peft import METHODS, TextRequest, pt_peft, table_of
from core.cli import BAD_INPUT, main
from core.methods.catalogue import compositions
from core.tasks import recipes
from core.tasks.embedded import new_text_model
from core.tasks.hung import suits_text
from core.tasks.metrics.sums import mean_of
from core.tasks.model import TextModel
from core.tasks.tokenizer import TextTokenizer

SENTENCES = ["Scoring on bolt, brass. Code A1, rework.", "Disposition?", "release", "scrap", "OK"] * 3


@pytest.fixture(scope="module")
def model() -> TextModel:
    tokenizer = TextTokenizer.learn(SENTENCES, 330)
    tiny = new_text_model(tokenizer, 1, width=32, heads=2, layers=1, context_length=96)
    return tiny.requires_grad_(False).eval()


@pytest.mark.parametrize("task", ["caption", "vqa"])
def test_a_line_for_each_method(
    model: TextModel, task: protocol.Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(recipes._COMMON, "training.epochs", 1)
    monkeypatch.setitem(recipes._TWO_STAGES, "pt-peft.first_epochs", 1)
    monkeypatch.setattr(protocol, "CHECK_PHOTOS", 2)
    request = TextRequest(task, (1, 2), photos=3, test_photos=5, methods=("lora", "pt-peft(lora)"))
    lines = list(pt_peft(request, model))
    assert [line["composition"] for line in lines] == ["lora", "pt-peft(lora)"]
    assert lines[0]["against"] is None and lines[1]["against"]["composition"] == "lora"
    for line in lines:
        json.dumps(line)
        assert line["score"]["n"] == 2 * 5
        assert line["gain"]["mean"] == pytest.approx(line["score"]["mean"] - line["untouched"]["mean"])
        for side in ("photos_features", "texts_features"):
            assert 0 <= line[side]["overlap"]["mean"] <= 1 + 1e-9
            assert line[side]["effective_rank"]["kept"]["mean"] > 0
    assert len(table_of(lines)) == 4


def test_paired_differences_are_certain_where_every_photo_gains_alike() -> None:
    before, after = ([mean_of([0.2 + gain, 0.8 + gain, 0.5 + gain])] for gain in (0.0, 0.1))
    found = protocol._difference(before * 3, after * 3)
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    alone = protocol._figure(after * 3)
    assert alone.low < alone.mean < alone.high


def test_it_runs_what_the_catalogue_says_can_be_run() -> None:
    assert set(METHODS) == {str(each) for each in compositions() if suits_text(each)}
    assert protocol.NAME == TEXT_PROTOCOL not in PROTOCOL_NAMES


@pytest.mark.parametrize(
    ("words", "code"),
    [(["pt-peft"], "bench.say_task"), (["union", "--preset", "coop"], "bench.say_sets")],
)
def test_what_is_missing_is_asked_for(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "protocol", *words, "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == code


def test_features_are_one_row_a_photo(model: TextModel) -> None:
    test = protocol._Test(TextRequest("vqa", (1,), test_photos=5), model)
    photos, texts = test._features(model)
    assert photos.shape == texts.shape == (5, 32)
    torch.testing.assert_close(
        torch.from_numpy(photos), model.photo_tokens(test.pixels).mean(dim=1), rtol=1e-5, atol=1e-5
    )


def test_the_command_of_the_task_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["pretrain", "--task", "singing", "--out", str(tmp_path)])
    assert "caption" in capsys.readouterr().err
