"""HTML and PDF say the same figures, stand alone, and take any name; the front is one page."""

import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.methods.presets import resolve_preset
from core.problems import Language
from core.report.assumptions import Assumptions
from core.report.blocks import Table
from core.report.figures import PocReport, Risk
from core.report.gather import basis_of, gather
from core.report.html import html_page
from core.report.pdf import pdf_bytes
from core.report.tell import tell
from core.report.words import _texts, words_in
from core.training.result import Choice
from tests.core.report.made_up import THRESHOLD, made_up_run

HOSTILE = "<script>alert('x')</script>&\"{0}{name}"
_FIGURE = re.compile(r"\d[\d,]*\.?\d*")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PocReport:
    run = made_up_run(
        tmp_path_factory.mktemp("made") / "runs" / "r",
        energy=(1.0, 7200.0),
        sub_folders=("ライン1", "ライン2"),
    )
    return gather(basis_of(run), Assumptions(inspections_per_day=1234))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pdf_and_html_say_the_same_figures(report: PocReport, language: Language) -> None:
    document = tell(report, language)
    html = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html_page([document]), flags=re.DOTALL))
    pdf = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_bytes(document))).pages)
    in_pdf = re.sub(r"\s", "", pdf)
    figures = set(_FIGURE.findall(html))
    assert {"95.0", "1,234", "60.0"} <= figures
    assert [figure for figure in figures if figure not in in_pdf] == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_front_is_exactly_one_page_whatever_is_in_it(report: PocReport, language: Language) -> None:
    names = tuple("とても長い種類の名前" * 4 for _ in range(5))
    risks = tuple(Risk("few_to_learn", {"names": names, "enough": 10}) for _ in range(30))
    for found in (report, replace(report, risks=risks)):
        pages = PdfReader(io.BytesIO(pdf_bytes(tell(found, language)))).pages
        first, second = pages[0].extract_text(), pages[1].extract_text()
        words = words_in(language)
        assert words("sign_approved") in first
        assert words("appendix_title") in second
        assert words("appendix_title") not in first


def test_japanese_letters_are_inside_the_file(report: PocReport) -> None:
    reader = PdfReader(io.BytesIO(pdf_bytes(tell(report, "ja"))))
    text = reader.pages[0].extract_text()
    assert "正解の割合" in text
    assert "良品" in text
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    ours = [font for font in fonts if "BIZUDPGothic" in font["/BaseFont"]]
    assert ours
    assert all(font["/FontDescriptor"]["/FontFile2"].get_object().get_data() for font in ours)


def test_equal_figures_give_equal_files(report: PocReport) -> None:
    assert pdf_bytes(tell(report, "ja")) == pdf_bytes(tell(report, "ja"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_hostile_names_are_only_text(language: Language, tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "run", names=(HOSTILE, "<b>OK</b>", "%s"), train=4)
    document = tell(gather(basis_of(run), Assumptions(currency="<i>¥")), language)
    html = html_page([document])
    assert "<script" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert HOSTILE in unescape(html)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_bytes(document))).pages)
    assert re.sub(r"\s", "", HOSTILE) in re.sub(r"\s", "", text)


def test_the_page_needs_nothing_from_elsewhere(report: PocReport) -> None:
    html = html_page([tell(report, "ja")])
    assert not re.search(r"\b(src|href)\s*=|url\(|@import|https?://", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_run_without_test_photos_still_has_its_report(language: Language, tmp_path: Path) -> None:
    document = tell(
        gather(basis_of(made_up_run(tmp_path / "run", test=0, unsure=None)), Assumptions()), language
    )
    assert words_in(language)("accuracy_none") in html_page([document])
    assert len(PdfReader(io.BytesIO(pdf_bytes(document))).pages) >= 2


def test_of_many_classes_the_worst_mix_ups_are_told(tmp_path: Path) -> None:
    names = tuple(f"kind{number}" for number in range(14))
    report = gather(
        basis_of(made_up_run(tmp_path / "run", names=names, test=10, right_after=0.8)), Assumptions()
    )
    (part,) = (
        part for part in tell(report, "en").appendix if part.heading == words_in("en")("part.confusion")
    )
    table = part.blocks[0]
    assert isinstance(table, Table)
    assert table.rows[0] == ("kind0", "kind13", "2")
    assert len(table.rows) == 10


def test_when_all_goes_to_a_person_that_is_said(tmp_path: Path) -> None:
    everything = THRESHOLD.model_copy(update={"probability": 1.0})
    report = gather(basis_of(made_up_run(tmp_path / "run", unsure=everything)), Assumptions())
    assert words_in("ja")("use_everything", photos=200) in html_page([tell(report, "ja")])


@pytest.mark.parametrize(("language", "title"), [("ja", "おまかせ"), ("en", "Automatic")])
def test_what_was_searched_and_chosen_is_in_the_appendix(
    language: Language, title: str, tmp_path: Path
) -> None:
    """With the choice, not the search, as the command that trains it again."""
    run = made_up_run(tmp_path / "run")
    told = {"preset": "coop", "composition": "coop", "settings": {}, "changed": "-", "tried": 23, "photos": 118,
            "wish": "union", "score": "81.5 %", "low": "77.0 %", "high": "86.2 %"}  # fmt: skip
    result = run.result()
    assert result is not None
    decisions = (Choice(code="search.chosen", data=told), Choice(code="training.last_stage_kept"))
    result.model_copy(update={"preset": "automatic", "decisions": decisions}).save(run.folder)
    document = tell(gather(basis_of(run), Assumptions()), language)
    (part,) = (part for part in document.appendix if part.heading == words_in(language)("part.reproduce"))
    facts = part.blocks[0]
    assert isinstance(facts, Table)
    rows = {row[0]: row[1] for row in facts.rows}
    method, decided = (rows[words_in(language)(f"fact.{key}")] for key in ("method", "decisions"))
    assert method == f"{title} · coop"
    assert "23" in decided and "81.5 %" in decided and "?" not in decided
    assert resolve_preset("coop").texts[language].title in decided
    html = html_page([document])
    assert "--preset &#39;coop&#39;" in html or "--preset 'coop'" in html
    assert decided in unescape(html)


def test_both_languages_have_the_same_words_with_the_same_blanks() -> None:
    ja, en = _texts("ja"), _texts("en")
    assert ja.keys() == en.keys()
    blanks = {
        key: [set(re.findall(r"{(\w+)}", text[key])) for text in (ja, en)] for key in ja if key != "span"
    }
    assert [key for key, (here, there) in blanks.items() if here != there] == []


def test_amounts_are_written_in_the_currency_of_the_assumptions() -> None:
    assert words_in("ja").money(1234.5) == "1,234 円"
    assert words_in("en").money(-15248) == "JPY −15,248"
    assert words_in("en", "EUR").money(0.5) == "EUR 0.50"
    assert words_in("ja", "EUR").money(0) == "0 EUR"


def test_what_takes_longer_than_anyone_waits_is_never() -> None:
    assert words_in("en").months(None) == words_in("en").months(5000) == "never"
    assert words_in("ja").months(3.14159) == "約 3.1 か月"
