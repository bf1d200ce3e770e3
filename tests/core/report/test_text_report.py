"""The report of a run about texts: what is true of texts, in both languages, and nothing about costs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli import main
from core.evaluation.compare import Change
from core.problems import Language
from core.project.store import Project
from core.report.blocks import Block, Columns, Document, Part, Table, Verdict
from core.report.text_report import tell_texts, text_basis_of
from core.tasks.texts import TextTask
from core.training.run import Run
from tests.app.text_data import make_text_project, make_text_run


@pytest.fixture
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Project, Run]]:
    task: TextTask = getattr(request, "param", "vqa")
    with make_text_project(tmp_path, task, photos=20) as project:
        yield project, make_text_run(project, known=Change.WORSE)


def words_of(blocks: tuple[Block, ...]) -> str:
    """All that stands in blocks."""
    return " ".join(
        words_of(block.blocks)
        if isinstance(block, Part)
        else words_of((block.left, block.right))
        if isinstance(block, Columns)
        else str(block)
        for block in blocks
    )


def told(made: tuple[Project, Run], language: Language = "ja") -> Document:
    return tell_texts(text_basis_of(made[1], made[0]), language)


def samples_of(document: Document, heading: str) -> Table:
    part = next(block for block in document.front if isinstance(block, Part) and heading in block.heading)
    table = part.blocks[0]
    assert isinstance(table, Table)
    return table


def test_figures_before_and_after_with_their_ranges(made: tuple[Project, Run]) -> None:
    front = words_of(told(made).front)
    assert "40.0 %" in front and "70.0 %" in front and "60.0〜80.0 %" in front
    assert "良くなったと言えます" in front and "悪くなったと言えます" in front
    assert "元のモデルが知っていたことが失われました" in front


def test_a_result_of_the_practice_model_is_never_called_a_success(made: tuple[Project, Run]) -> None:
    verdict = told(made).front[0]
    assert isinstance(verdict, Verdict)
    assert verdict.tone == "warn" and "練習の結果" in verdict.headline
    worse = make_text_run(made[0], Change.WORSE)
    verdict = told((made[0], worse)).front[0]
    assert isinstance(verdict, Verdict)
    assert verdict.tone == "bad" and "使わないで" in verdict.headline


def test_samples_run_from_the_worst_to_the_best_with_people_s_own_words(made: tuple[Project, Run]) -> None:
    table = samples_of(told(made), "文の例")
    assert table.head == ("質問", "人が書いた文", "学習前", "学習後")
    assert table.rows[0][3] != table.rows[0][1] and table.rows[-1][3] == table.rows[-1][1]


@pytest.mark.parametrize("made", ["caption"], indirect=True)
def test_descriptions_are_read_by_a_person_and_have_no_threshold(made: tuple[Project, Run]) -> None:
    front = words_of(told(made, "en").front)
    assert "A person reads every description" in front and "wrong ones sound just as plausible" in front
    assert "3.50" in front and "confidence below" not in front
    assert len(samples_of(told(made, "en"), "What was written").head) == 3


def test_no_payback_is_calculated_and_the_report_says_why(made: tuple[Project, Run]) -> None:
    for language, why in (("ja", "費用の回収は計算していません"), ("en", "no payback is calculated")):
        document = told(made, language)  # type: ignore[arg-type]
        assert why in words_of(document.front) and "円" not in words_of(document.front)


def test_the_command_writes_it_in_both_languages_and_formats(
    made: tuple[Project, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, run = made
    assert main(["report", str(project.folder), "--out", str(tmp_path / "report"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert Path(answer["run"]) == run.folder and len(answer["files"]) == 4
    page = (tmp_path / "report" / "poc-report-ja.html").read_text(encoding="utf-8")
    assert "写真への質問の PoC 報告書" in page and "<script" not in page
    assert (tmp_path / "report" / "poc-report-en.pdf").read_bytes().startswith(b"%PDF")
    for name in ("photo_0", "<img"):
        assert name not in page, "no photo, and no name of one"


def test_assumptions_on_cost_are_refused(
    made: tuple[Project, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cost.toml").write_text("inspections_per_day = 1")
    words = ["report", str(made[1].folder), "--out", str(tmp_path / "r"), "--assumptions"]
    assert main([*words, str(tmp_path / "cost.toml"), "--json"]) != 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["error"]["code"] == "report.texts_no_cost"
