"""What a run learned goes into one file, and only what a fresh process could judge with stays."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluation.unsure import choose_threshold
from core.methods.classifier import Array, CosineClassifier, FusedClassifier, LinearHead, softmax
from core.onsite.answers import Prediction
from core.onsite.predictor import open_predictor
from core.package import class_export, export
from core.package.archive import ADAPTER, CARD, CHECK, MEMBERS, REFERENCE, REPORT, TEXT_FEATURES, open_package
from core.package.card import model_card, own_language_first
from core.package.class_export import CHECK_PHOTOS
from core.package.export import export_run, run_export
from core.package.forms import FusedForm
from core.package.pack import PackedClassifier, pack_classifier
from core.package.report import report_page
from core.package.story import Verdict, package_words
from core.package.verify import TOLERANCE, verify_package
from core.problems import Problem
from core.training.events import Event, Stage
from core.training.job import DATA_FILE, ExportJob
from core.training.loop import train
from core.training.run import Run
from tests.core.exported import Exported, exported_once
from tests.core.tiny_backbone import NAME
from tests.core.tiny_run import COLOURS, WORDS, tiny_revision, tiny_run


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    """The exported run, this PC being the one where it was made."""
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def test_the_report_is_true(exported: Exported) -> None:
    report = exported.report
    assert report.verified
    assert report.max_difference <= TOLERANCE
    assert report.size_bytes == report.package.stat().st_size
    assert report.sha256 == open_package(report.package).sha256
    assert [path.name for path in exported.home.iterdir() if "unverified" in path.name] == []


def test_the_package_verifies_where_its_backbone_is_and_where_it_is_not(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verify_package(exported.package).backbone == "matches"
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    report = verify_package(exported.package)
    assert (report.ok, report.backbone) == (True, "absent")


def test_the_manifest_tells_what_the_run_knows(exported: Exported) -> None:
    manifest, result = open_package(exported.package).manifest, exported.run.result()
    assert result is not None
    assert manifest.class_names == tuple(COLOURS)
    assert tuple(entry.description for entry in manifest.classes) == WORDS
    assert [entry.role for entry in manifest.classes] == ["base", "base", "new", "new"]
    assert manifest.metrics == result.metrics
    assert manifest.intervals == result.intervals
    assert manifest.unsure == result.unsure
    assert manifest.calibration == result.temperatures
    assert result.temperatures.photos == 20
    assert result.temperatures.fused != result.temperatures.matching
    assert manifest.backbone.sha256 == result.backbone_sha256
    assert manifest.backbone.preprocessing.image_size == 32
    assert manifest.data.revision == exported.run.revision.id
    assert manifest.data.photos.test == (4, 4, 4, 4)
    assert manifest.training.hyper["coop.n_ctx"] == 4, "defaults are written out"
    assert manifest.training.hyper["training.epochs"] == 3
    assert isinstance(manifest.classifier, FusedForm)
    assert manifest.classifier.head_weight == 0.7
    assert manifest.training.judges_new


def test_on_site_judges_as_the_run_did(exported: Exported) -> None:
    result = exported.run.result()
    assert result is not None
    answers = [
        p
        for p in open_predictor(exported.package, "cpu").predict(exported.photos)
        if isinstance(p, Prediction)
    ]
    names = list(COLOURS)
    assert [a.class_name for a in answers] == [names[p.predicted] for p in result.predictions]
    expected = [p.probability for p in result.predictions]
    assert [a.probability for a in answers] == pytest.approx(expected, abs=1e-5)


def test_the_threshold_is_the_one_for_the_wish(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_verify_afresh", lambda path: 0.0)
    result = exported.run.result()
    assert result is not None
    job = ExportJob(
        run=str(tmp_path),
        source_run=str(exported.run.folder),
        out=str(tmp_path / "a.hkd"),
        wished_error=1 / 4,
    )
    run_export(job, lambda event: None)
    manifest = open_package(tmp_path / "a.hkd").manifest
    assert manifest.unsure == choose_threshold(result.validated, 1 / 4)
    card = open_package(tmp_path / "a.hkd").text(CARD)
    assert "写真 4 枚につき間違い 1 枚まで" in card and "確率は、調整用の写真 20 枚で" in card
    assert exported.run.result() == result, "the run keeps its own"


def test_only_what_was_learned_is_inside(exported: Exported) -> None:
    package = open_package(exported.package)
    adapter = package.tensors(ADAPTER)
    result = exported.run.result()
    assert result is not None
    assert sum(tensor.size for tensor in adapter.values()) == result.trained_parameters
    assert set(package.tensors(TEXT_FEATURES)) == {"text_features"}
    assert {member.name for member in package.manifest.members} == {*MEMBERS, REFERENCE}


def test_no_photo_and_no_name_of_one_leaves_the_pc(exported: Exported) -> None:
    content = exported.package.read_bytes()
    revision = exported.run.revision
    for trace in [str(exported.home), *(photo.path for photo in revision.photos)]:
        assert trace.encode() not in content
    assert len(open_package(exported.package).tensors(CHECK)["image_features"]) == min(
        CHECK_PHOTOS, 16 + 12 + 24
    )


def test_probe_classes_stay_at_home(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    probes = (entry.model_copy(update={"source": "probe"}) for entry in revision.classes[2:])
    revision = revision.model_copy(update={"classes": (*revision.classes[:2], *probes)})
    folder = tiny_run(tmp_path / "run", "coop", revision=revision)
    train(folder, lambda event: None)
    package = open_package(export_run(folder, tmp_path / "x.hkd").package)
    assert package.manifest.class_names == tuple(COLOURS)[:2]
    assert package.manifest.data.new_measured_on == "probe"
    assert package_words("ja")["limit_probe"] in package.text(CARD)


def test_the_stages_are_told(exported: Exported, tmp_path: Path) -> None:
    told: list[Event] = []
    job = ExportJob(run=str(tmp_path), source_run=str(exported.run.folder), out=str(tmp_path / "again.hkd"))
    result = run_export(job, told.append)
    assert [event.stage for event in told if isinstance(event, Stage)] == ["load", "write", "verify"]
    assert result["package"] == str(tmp_path / "again.hkd")
    assert json.dumps(result)


def test_what_does_not_judge_alike_is_not_exported_and_the_old_package_stays(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "parts.hkd"
    shutil.copy(exported.package, out)

    def spoiled(*arguments: Any) -> PackedClassifier:
        packed = pack_classifier(*arguments)
        return replace(packed, texts={name: text[::-1].copy() for name, text in packed.texts.items()})

    monkeypatch.setattr(class_export, "pack_classifier", spoiled)
    with pytest.raises(Problem) as caught:
        export_run(exported.run.folder, out)
    assert caught.value.code == "package.not_verified"
    assert out.read_bytes() == exported.package.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["parts.hkd"]


def test_learned_tensors_that_do_not_carry_the_classifier_are_not_exported(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_words(*_: Any) -> dict[str, Any]:
        return {"coop.n_ctx": 4, "coop.ctx_init": "words", "dept.balance": 0.1}

    monkeypatch.setattr(class_export, "_all_settings", other_words)
    with pytest.raises(Problem) as caught:
        export_run(exported.run.folder, tmp_path / "x.hkd")
    assert caught.value.code == "package.not_verified"
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_does_not_answer_is_no_verification(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(Problem) as caught:
        export_run(exported.run.folder, tmp_path / "x.hkd")
    assert caught.value.code == "package.not_verified"
    assert list(tmp_path.iterdir()) == []


def test_a_frozen_program_calls_itself(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    def answer(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        called.append(command)
        return subprocess.CompletedProcess(
            command, 0, '{"ok": true, "problems": [], "max_difference": 0.0}\n', ""
        )

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(subprocess, "run", answer)
    export_run(exported.run.folder, tmp_path / "x.hkd")
    assert [command[:2] for command in called] == [[sys.executable, "verify"]]


def test_a_run_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        export_run(tiny_run(tmp_path / "run"), tmp_path / "x.hkd")
    assert caught.value.code == "package.no_result"


def test_photos_that_are_gone_leave_nothing_to_check(exported: Exported, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(exported.run.folder, folder)
    gone = exported.run.revision.model_copy(update={"root": str(tmp_path / "gone")})
    gone.save(folder / DATA_FILE)
    with pytest.raises(Problem) as caught:
        export_run(folder, tmp_path / "x.hkd")
    assert caught.value.code == "package.no_check_photos"


def test_a_place_that_cannot_be_written_says_so(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "folder.hkd").mkdir()
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "folder.hkd", tmp_path / "file" / "x.hkd"):
        with pytest.raises(Problem) as caught:
            export_run(exported.run.folder, out)
        assert caught.value.code == "package.not_written"


def test_a_way_of_judging_without_a_form_is_refused() -> None:
    class Other:
        class_names = ("a", "b")

        def logits(self, image_features: Array) -> Array:
            return image_features

        def probabilities(self, image_features: Array, subset: object = None) -> Array:
            return softmax(image_features)

    one = np.ones(2, np.float32)
    fused = FusedClassifier(Other(), (0, 1), LinearHead(one, one, np.eye(2, dtype=np.float32), one), 0.5, 0.5)
    matching = CosineClassifier(("a", "b"), np.eye(2, dtype=np.float32), 14.0)
    other_head = replace(fused, matching=matching, head=Other())
    for classifier in (Other(), fused, other_head):
        with pytest.raises(Problem) as caught:
            pack_classifier(classifier, "tip-adapter")
        assert caught.value.code == "package.not_exportable"


def test_card_and_report_speak_both_languages_and_run_nothing(exported: Exported) -> None:
    package = open_package(exported.package)
    card, page = package.text(CARD), package.text(REPORT)
    for text in (card, page):
        for language in ("ja", "en"):
            assert package_words(language)["title"] in text
        assert "{" not in card
    assert "<script" not in page.lower()
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page


def test_the_embedded_backbone_comes_with_its_warning(exported: Exported) -> None:
    manifest = open_package(exported.package).manifest
    assert manifest.backbone.name == NAME
    warning = package_words("ja")["limit_embedded"]
    assert warning not in model_card(manifest, Verdict(None, None))
    embedded = manifest.model_copy(
        update={"backbone": manifest.backbone.model_copy(update={"source": "embedded"})}
    )
    assert warning in model_card(embedded, Verdict(None, None))


@pytest.mark.parametrize("judges_new", [True, False])
def test_the_card_says_who_judges_classes_that_were_never_learned(
    exported: Exported, judges_new: bool
) -> None:
    manifest = open_package(exported.package).manifest
    training = manifest.training.model_copy(update={"judges_new": judges_new})
    card = model_card(manifest.model_copy(update={"training": training}), Verdict(None, None))
    for language in ("ja", "en"):
        words = package_words(language)
        assert (words["limit_new"] in card) == judges_new
        assert (words["limit_untouched"] in card) == (not judges_new)


@pytest.mark.parametrize(
    ("composition", "key"),
    [("coop", "what"), ("nearest-mean", "what_at_once"), ("zero-shot", "what_untrained")],
)
def test_the_card_counts_rounds_only_where_there_were_any(
    exported: Exported, composition: str, key: str
) -> None:
    manifest = open_package(exported.package).manifest
    training = manifest.training.model_copy(update={"composition": composition, "preset": "-"})
    card = model_card(manifest.model_copy(update={"training": training}), Verdict(None, None))
    told = package_words("en")[key].format(
        count=4, backbone=NAME, method=composition, parameters=f"{training.trained_parameters:,}",
        epochs=training.epochs, kept=training.kept_epoch,
    )  # fmt: skip
    assert told in card


def test_names_cannot_bring_markup(exported: Exported) -> None:
    manifest = open_package(exported.package).manifest
    nasty = manifest.classes[0].model_copy(update={"name": "<script>x</script>\n# a|b"})
    manifest = manifest.model_copy(update={"classes": (nasty, *manifest.classes[1:])})
    assert "<script" not in report_page(manifest, Verdict(None, None))
    assert "\\<script\\>x\\</script\\> \\# a\\|b" in model_card(manifest, Verdict(None, None))


def test_both_languages_have_the_same_words_with_the_same_facts() -> None:
    ja, en = package_words("ja"), package_words("en")
    assert ja.keys() == en.keys()
    for key in ja:
        assert set(re.findall(r"{(\w+)}", ja[key])) == set(re.findall(r"{(\w+)}", en[key])), key


def test_the_run_is_left_as_it_was(exported: Exported) -> None:
    assert Run(exported.run.folder).state().value == "finished"


def test_the_card_can_be_read_with_either_language_at_the_top(exported: Exported) -> None:
    card = model_card(open_package(exported.package).manifest, Verdict(None, None))
    japanese, english = card.split("\n---\n\n")
    assert own_language_first(card, "ja") == card
    assert own_language_first(card, "en") == f"{english}\n---\n\n{japanese}"
    assert own_language_first("# a card of somebody else", "en") == "# a card of somebody else"
