"""The figures told in one language, as a document to be laid out."""

from core.problems import Language
from core.report.blocks import Document
from core.report.engineer import appendix
from core.report.figures import PocReport
from core.report.front import front_page
from core.report.words import words_in


def tell(report: PocReport, language: Language) -> Document:
    """The whole report in a language."""
    words = words_in(language, report.assumed.currency)
    origin = report.origin
    made = words(
        "made",
        made=f"{origin.made.astimezone():%Y-%m-%d %H:%M}",
        project=origin.project,
        run=origin.run,
        program=origin.program,
    )
    return Document(
        language=language,
        title=words("title"),
        made=made,
        front=front_page(report, words),
        appendix_title=words("appendix_title"),
        appendix=appendix(report, words),
    )
