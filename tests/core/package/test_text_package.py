"""A package that writes: what is in it, what it is not to hold, how it is verified, and that it is hostile until then."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from core.cli import BAD_INPUT, OK, main
from core.evaluation.unsure import choose_threshold
from core.package import export, text_verify
from core.package.archive import (
    ADAPTER,
    CARD,
    CHECK,
    REPORT,
    TEXT_MEMBERS,
    TextPackage,
    open_any_package,
    open_package,
    write_package,
)
from core.package.export import export_run
from core.package.manifest import decode_manifest
from core.package.options import ExportOptions
from core.package.signature import make_key, read_signer
from core.package.story import package_words
from core.package.text_manifest import TEXT_SCHEMA, TextManifest
from core.package.trust import open_trusted
from core.package.verify import verify_package
from core.problems import Problem
from core.tasks.texts import TextTask
from core.tasks.writers import writer_cards
from core.training.job import ExportJob
from tests.core.text_package import (
    QUESTIONS,
    WrittenRun,
    manifest_facts,
    use_one_model,
    verified_here,
    written_once,
)

TASKS: tuple[TextTask, ...] = ("caption", "vqa")


@pytest.fixture(autouse=True)
def _one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    use_one_model(monkeypatch)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> WrittenRun:
    once = written_once("vqa")
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> WrittenRun:
    once = written_once("caption")
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def package_of(written: WrittenRun) -> TextPackage:
    package = open_any_package(written.package)
    assert isinstance(package, TextPackage)
    return package


def code_of(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)
    assert str(caught.value)
    return caught.value.code


def test_the_manifest_tells_what_the_run_knows(answers: WrittenRun) -> None:
    manifest, result = package_of(answers).manifest, answers.result
    assert (manifest.schema_version, manifest.task, manifest.language) == (TEXT_SCHEMA, "vqa", "ja")
    assert manifest.model.sha256 == result.model_sha256 == writer_cards()[0].sha256
    assert manifest.questions == QUESTIONS
    assert manifest.metrics == result.metrics
    assert manifest.unsure == result.unsure
    assert manifest.data.revision == answers.run.text_revision.id
    assert manifest.data.photos.model_dump() == {"train": 2, "val": 1, "test": 3}
    assert manifest.data.texts.model_dump() == {"train": 4, "val": 2, "test": 6}
    assert manifest.training.hyper["lora.rank"] == 2
    assert manifest.training.hyper["lora.alpha"] == 32, "defaults are written out, those of texts"
    assert manifest.training.hyper["training.learning_rate"] == 2e-3
    assert {member.name for member in manifest.members} == {*TEXT_MEMBERS}


def test_only_what_was_learned_is_inside(answers: WrittenRun) -> None:
    adapter = package_of(answers).tensors(ADAPTER)
    assert sum(tensor.size for tensor in adapter.values()) == answers.result.trained_parameters
    assert answers.package.stat().st_size < 2_000_000


@pytest.mark.parametrize("task", TASKS)
def test_no_photo_no_name_and_no_text_of_anyone_leaves_the_pc(
    task: TextTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = written_once(task)
    monkeypatch.setenv("HIKIDASHI_HOME", str(written.home))
    content = written.package.read_bytes()
    assert "秘密".encode() not in content
    assert str(written.home).encode() not in content
    for prediction in written.result.predictions:
        if len(prediction.said) > 12:
            assert prediction.said.encode() not in content
    if task == "vqa":
        assert QUESTIONS[0].encode() in content, "what it may be asked is told"


@pytest.mark.slow
def test_a_fresh_process_writes_what_the_run_wrote(answers: WrittenRun, tmp_path: Path) -> None:
    report = export_run(answers.run.folder, tmp_path / "again.hkd")
    assert report.verified
    assert report.compared == len(answers.result.predictions) == 6
    assert report.max_difference <= text_verify.TOLERANCE_CONFIDENCE
    assert [path.name for path in tmp_path.iterdir()] == ["again.hkd"]


def test_what_the_run_wrote_otherwise_is_not_exported(
    answers: WrittenRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = answers.result
    first, *others = result.predictions
    for changed in ({"said": "違う"}, {"confidence": first.confidence / 2}):
        told = (first.model_copy(update=changed), *others)
        result.model_copy(update={"predictions": told}).save(tmp_path)
        for name in ("job.json", "data.json"):
            (tmp_path / name).write_bytes((answers.run.folder / name).read_bytes())
        report = verify_package(answers.package, run=tmp_path)
        assert [problem.code for problem in report.problems] == ["package.other_than_run"]
        (tmp_path / "result.json").unlink()
    monkeypatch.setattr(
        export,
        "_verify_texts_afresh",
        lambda *_: (_ for _ in ()).throw(Problem("package.not_verified", reason="")),
    )
    assert code_of(export_run, answers.run.folder, tmp_path / "x.hkd") == "package.not_verified"
    assert not list(tmp_path.glob("*.hkd")) and not list(tmp_path.glob(".*"))


def test_a_run_of_other_texts_is_told(answers: WrittenRun, captions: WrittenRun) -> None:
    report = verify_package(answers.package, run=captions.run.folder)
    assert [problem.code for problem in report.problems] == ["package.run_of_other_texts"]


def test_it_verifies_where_its_model_is_and_says_where_it_is_not(
    answers: WrittenRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = verify_package(answers.package)
    assert (report.ok, report.backbone, report.checked) == (True, "matches", 4)
    assert report.max_difference is not None and report.max_difference <= text_verify.TOLERANCE_CONFIDENCE
    monkeypatch.setattr(text_verify, "writer_cards", list)
    report = verify_package(answers.package)
    assert (report.ok, report.backbone, report.max_difference) == (True, "absent", None)
    assert [note.code for note in report.notes] == ["package.not_checked"]
    other = writer_cards()[0].__class__(**vars(writer_cards()[0]) | {"sha256": "0" * 64})
    monkeypatch.setattr(text_verify, "writer_cards", lambda: [other])
    report = verify_package(answers.package)
    assert (report.ok, report.backbone) == (False, "other")


def test_a_package_that_writes_otherwise_than_it_says_is_refused(answers: WrittenRun, tmp_path: Path) -> None:
    package = package_of(answers)
    members = {name: package.read(name) for name in TEXT_MEMBERS}
    learned = {name: value * 1.2 for name, value in package.tensors(ADAPTER).items()}
    path = tmp_path / "x.hkd"
    write_package(path, package.manifest, members | {ADAPTER: save(learned)})
    assert [problem.code for problem in verify_package(path).problems] == ["package.other_texts"]


@pytest.mark.parametrize(
    ("member", "tensors"),
    [
        (ADAPTER, {"x": np.array([np.nan], np.float32)}),
        (CHECK, {"picture_0": np.zeros((4, 4), np.uint8)}),
        (CHECK, {"picture_0": np.zeros((4, 4, 3), np.float32)}),
        (CHECK, {"other": np.zeros((4, 4, 3), np.uint8)}),
        (CHECK, {"picture_0": np.zeros((1, 100_000, 3), np.uint8)}),
        (CHECK, {f"picture_{n}": np.zeros((1, 1, 3), np.uint8) for n in range(17)}),
        (CHECK, {}),
    ],
)  # fmt: skip
def test_spoiled_members_are_told(
    answers: WrittenRun, tmp_path: Path, member: str, tensors: dict[str, np.ndarray[Any, Any]]
) -> None:
    package = package_of(answers)
    members = {name: package.read(name) for name in TEXT_MEMBERS}
    path = tmp_path / "x.hkd"
    write_package(path, package.manifest, members | {member: save(tensors)})
    assert [problem.code for problem in verify_package(path).problems] == ["package.bad_tensors"]


def test_every_byte_that_changes_is_noticed(answers: WrittenRun, tmp_path: Path) -> None:
    whole, path = answers.package.read_bytes(), tmp_path / "x.hkd"
    rng = np.random.default_rng(1)
    for place in rng.integers(0, len(whole), 60):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(spoiled))

        def read_all() -> None:
            package = open_any_package(path)
            for member in package.manifest.members:
                package.read(member.name)

        assert code_of(read_all).startswith("package.")


def test_members_of_the_other_kind_do_not_belong(answers: WrittenRun, tmp_path: Path) -> None:
    package = package_of(answers)
    members = {name: package.read(name) for name in TEXT_MEMBERS} | {"head.safetensors": b""}
    write_package(tmp_path / "x.hkd", package.manifest, members)
    assert code_of(open_any_package, tmp_path / "x.hkd") == "package.extra_member"


def test_whoever_wants_classes_is_told(answers: WrittenRun) -> None:
    assert code_of(open_package, answers.package) == "package.of_texts"
    assert code_of(open_trusted, answers.package) == "package.of_texts"


def test_a_signature_counts_for_texts_too(answers: WrittenRun, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    package = package_of(answers)
    signer = read_signer(tmp_path / "key")
    path = tmp_path / "signed.hkd"
    write_package(path, package.manifest, {name: package.read(name) for name in TEXT_MEMBERS}, signer)
    assert verify_package(path, trusted=[signer.public]).ok
    report = verify_package(answers.package, trusted=[signer.public])
    assert [problem.code for problem in report.problems] == ["package.not_signed"]


def test_the_threshold_is_the_one_for_the_wish(
    answers: WrittenRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_verify_texts_afresh", verified_here)
    told = export.run_export(
        ExportJob(
            run=str(tmp_path),
            source_run=str(answers.run.folder),
            out=str(tmp_path / "a.hkd"),
            wished_error=1 / 3,
        ),
        lambda event: None,
    )
    assert json.dumps(told)
    manifest = open_any_package(tmp_path / "a.hkd").manifest
    assert manifest.unsure == choose_threshold(answers.result.validated, 1 / 3) != answers.result.unsure


@pytest.mark.parametrize("options", [{"onnx": True}, {"quantise": True}, {"new_products": True}])
def test_it_does_not_pretend_to_work_alone(
    answers: WrittenRun, tmp_path: Path, options: dict[str, bool]
) -> None:
    given = ExportOptions(**options)
    assert (
        code_of(export_run, answers.run.folder, tmp_path / "x.hkd", options=given) == "package.texts_no_onnx"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("task", TASKS)
def test_card_and_report_speak_both_languages(task: TextTask, monkeypatch: pytest.MonkeyPatch) -> None:
    written = written_once(task)
    monkeypatch.setenv("HIKIDASHI_HOME", str(written.home))
    package = package_of(written)
    for text in (package.text(CARD), package.text(REPORT)):
        for language in ("ja", "en"):
            words = package_words(language)
            assert words["title"] in text
            assert words["change_better"] in text
            assert words["limit_embedded"] in text
            assert words[f"texts_{task}"] in text
    assert "{" not in package.text(CARD)
    assert "<script" not in package.text(REPORT).lower()


def test_a_manifest_survives_json(answers: WrittenRun) -> None:
    manifest = package_of(answers).manifest
    found = decode_manifest(json.dumps(manifest_facts(answers.package)).encode())
    assert found == manifest


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "caption"},
        {"questions": ["a", "a"]},
        {"checks": []},
        {"checks": [{"picture": 0, "question": "", "text_sha256": "0" * 64, "confidence": 0.5}]},
        {"classes": []},
        {"schema_version": 4},
        {"unsure": {"probability": 2.0, "wished_error": 0.1, "sent_to_person": 0.1, "promised": False, "n": 1}},
        {"unsure": {"probability": 0.5, "wished_error": 0.0, "sent_to_person": 0.1, "promised": False, "n": 1}},
        {"checks": [{"picture": 0, "question": "a", "text_sha256": "0" * 64, "confidence": 0.5}] * 65},
        {"checks": [{"picture": 0, "question": "a" * 2001, "text_sha256": "0" * 64, "confidence": 0.5}]},
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(answers: WrittenRun, changes: dict[str, object]) -> None:
    spoiled = manifest_facts(answers.package) | changes
    assert code_of(decode_manifest, json.dumps(spoiled).encode()) == "package.bad_manifest"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(sorted(TextManifest.model_fields)), value=VALUES)
def test_a_spoiled_value_never_crashes(answers: WrittenRun, key: str, value: Any) -> None:
    try:
        decode_manifest(json.dumps(manifest_facts(answers.package) | {key: value}).encode())
    except Problem as problem:
        assert str(problem)  # noqa: PT017 - either way is fine; only a crash is not


def told_by(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, Any]:
    main([*map(str, words), "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


def test_predict_answers_what_was_learned_or_what_is_asked(
    answers: WrittenRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"")
    told = told_by(
        capsys, "predict", answers.package, *answers.photos, tmp_path / "broken.png", "--device", "cpu"
    )
    expected = [(p.question, p.said) for p in answers.result.predictions]
    assert [(p["question"], p["text"]) for p in told["predictions"]] == expected
    assert [p["confidence"] for p in told["predictions"]] == pytest.approx(
        [p.confidence for p in answers.result.predictions], abs=1e-4
    )
    threshold = answers.result.unsure
    assert threshold is not None
    assert [p["unsure"] for p in told["predictions"]] == [
        p["confidence"] < threshold.probability or not p["complete"] for p in told["predictions"]
    ]
    assert [p["code"] for p in told["not_judged"]] == ["photos.empty"]
    told = told_by(capsys, "predict", answers.package, answers.photos[0], "--question", "Is it red?")
    assert [p["question"] for p in told["predictions"]] == ["Is it red?"]


def test_predict_describes_in_the_language_that_is_wanted(
    captions: WrittenRun, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("predict", captions.package, *captions.photos, "--device", "cpu")
    told = told_by(capsys, *words)
    assert [p["text"] for p in told["predictions"]] == [p.said for p in captions.result.predictions]
    assert all("question" not in p for p in told["predictions"])
    english = told_by(capsys, *words, "--language", "en")
    assert [p["text"] for p in english["predictions"]] != [p["text"] for p in told["predictions"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["CAPTION", "PHOTO", "--question", "何色ですか?"], "onsite.caption_no_questions"),
        (["VQA", "PHOTO", "--add-class", "赤=red"], "onsite.texts_no_classes"),
    ],
)
def test_what_it_cannot_do_is_refused_with_words(
    answers: WrittenRun, captions: WrittenRun, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"CAPTION": captions.package, "VQA": answers.package, "PHOTO": answers.photos[0]}
    assert main(["predict", *(str(given.get(word, word)) for word in words), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == code


def test_verify_compares_with_the_run_on_the_command_line(
    answers: WrittenRun, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["verify", str(answers.package), "--run", str(answers.run.folder), "--json"]
    assert main(words) == OK
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["ok"], told["run_texts"], told["problems"]) == (True, 6, [])
