"""The page for who signs: verdict, figures, cost, dangers."""

import math

from core.report.blocks import (
    Bar,
    Block,
    Boxes,
    Bullets,
    Chart,
    Columns,
    Part,
    Table,
    Text,
    Tile,
    Tiles,
    Tone,
    Verdict,
)
from core.report.figures import Headline, Moment, PocReport, Risk
from core.report.measures import percent, points
from core.report.payback import Payback
from core.report.words import Words
from core.training.result import Interval

MOST_RISKS = 6
_TONES: dict[Headline, Tone] = {
    "go": "ok", "go_with_care": "warn", "costly": "warn", "unclear": "warn", "unmeasured": "warn",
    "practice": "warn", "worse": "bad",
}  # fmt: skip
_NOT_IN_THE_TABLE = ("labelling_minutes", "training_kwh", "currency", "good_classes")


def front_page(report: PocReport, words: Words) -> tuple[Block, ...]:
    """The blocks of the page, from top to bottom."""
    return (
        Verdict(_TONES[report.headline], words(f"headline_{report.headline}"), _sentences(report, words)),
        Tiles(_tiles(report, words)),
        Columns(
            Part(words("chart_heading"), (_chart(report, words), Text(words("chart_note"), "small"))),
            Part(words("cost_heading"), _costs(report, words)),
        ),
        Part(words("assumptions_heading"), (_assumptions(report, words),)),
        Part(words("risk.heading"), (Bullets(_risks(report, words)),)),
        Part(words("site.heading"), (Text(site_sentence(report, words)),)),
        Boxes((words("sign_made"), words("sign_checked"), words("sign_approved"))),
    )


def risk_sentence(risk: Risk, words: Words) -> str:
    """A danger in words; shares become percentages, names are listed."""
    told = {key: _fact(fact, words) for key, fact in risk.facts.items()}
    if "low" in risk.facts:
        told["span"] = words.span(risk.facts["low"], risk.facts["high"])
    return words(f"risk.{risk.code}", **told)


def _fact(fact: object, words: Words) -> object:
    match fact:
        case float():
            return percent(fact)
        case tuple():
            return words.listed(fact)
        case _:
            return fact


def site_sentence(report: PocReport, words: Words) -> str:
    """That everything stayed where it was."""
    photos = sum(entry.train + entry.val + entry.test for entry in report.classes)
    return words("site.features" if report.origin.features_only else "site.photos", photos=photos)


def measure(report: PocReport, moment: Moment, metric: str) -> Interval | None:
    """A measure of "zero_shot" or "tuned" with its interval."""
    return report.intervals.get(moment, {}).get(metric)


def _sentences(report: PocReport, words: Words) -> tuple[str, str, str]:
    return _accuracy(report, words), _in_use(report, words), _pays(report.payback, words)


def _accuracy(report: PocReport, words: Words) -> str:
    found = report.base
    if found is None:
        return words("accuracy_none")
    interval = measure(report, "tuned", "union_base")
    change = words(f"change_{found.change.value}", gain_low=points(found.low), gain_high=points(found.high))
    return words(
        "accuracy",
        photos=found.photos,
        before=found.before,
        after=found.after,
        share=percent(found.after / found.photos),
        span=words.span(interval.low, interval.high) if interval else "–",
        change=change,
    )


def _in_use(report: PocReport, words: Words) -> str:
    if report.consequence is None or report.unsure is None:
        return words("use_none")
    found, rates = report.consequence, report.rates
    if found.to_person == found.photos:
        return words("use_everything", photos=found.photos)
    if rates.good is None:
        alone = found.photos - found.to_person
        return words("use", photos=found.photos, sent=found.to_person, alone=alone, wrong=found.wrong)
    return words(
        "use_sides",
        photos=found.photos,
        sent=found.to_person,
        missed=rates.defective.wrong,
        bad=rates.defective.photos,
        alarms=rates.good.wrong,
        good=rates.good.photos,
    )


def _pays(paid: Payback | None, words: Words) -> str:
    if paid is None:
        return words("pays_unknown")
    upfront = words.money(paid.upfront.total)
    if paid.months is None:
        return words("pays_never", upfront=upfront, saved=words.money(paid.saved))
    best, worst = words.months(paid.best), words.months(paid.worst)
    return words("pays", upfront=upfront, months=words.months(paid.months), best=best, worst=worst)


def _tiles(report: PocReport, words: Words) -> tuple[Tile, ...]:
    none, paid = words("tile_none"), report.payback
    after, before = (measure(report, name, "union_base") for name in ("tuned", "zero_shot"))
    sent = report.consequence
    return (
        Tile(
            words("tile_accuracy"),
            percent(after.mean) if after else none,
            words("tile_interval", span=words.span(after.low, after.high)) if after else "",
        ),
        Tile(
            words("tile_before"),
            percent(before.mean) if before else none,
            words("tile_same_photos", photos=before.n) if before else "",
        ),
        Tile(
            words("tile_person"),
            percent(sent.to_person / sent.photos) if sent else none,
            words("tile_person_note", photos=sent.photos, sent=sent.to_person) if sent else "",
        ),
        Tile(
            words("tile_months"),
            words.months(paid.months) if paid else none,
            _span_of_months(paid, words),
        ),
    )


def _span_of_months(paid: Payback | None, words: Words) -> str:
    if paid is None:
        return ""
    best, worst = words.months(paid.best), words.months(paid.worst)
    return "" if best == worst else words("tile_months_note", best=best, worst=worst)


def _chart(report: PocReport, words: Words) -> Chart:
    new = "chart_probe" if report.new is None else "chart_new"
    groups: list[tuple[str, tuple[Bar, ...]]] = []
    for metric, title in (("union_base", "chart_learned"), ("union_new", new)):
        before, after = (measure(report, name, metric) for name in ("zero_shot", "tuned"))
        if before is not None and after is not None:
            bars = (
                Bar("before", before.mean, before.low, before.high),
                Bar("after", after.mean, after.low, after.high),
            )
            groups.append((words(title, photos=after.n), bars))
    return Chart((("before", words("chart_before")), ("after", words("chart_after"))), tuple(groups))


def _costs(report: PocReport, words: Words) -> tuple[Block, ...]:
    paid = report.payback
    if paid is None:
        return (Text(words("cost_unknown")),)
    money = words.money
    mistakes = "cost_mistakes" if report.rates.good is None else "cost_wrong_passes"
    rows = [
        (words("cost_labour"), money(paid.now.labour), money(paid.after.labour)),
        (words(mistakes), money(paid.now.wrong_passes), money(paid.after.wrong_passes)),
        (words("cost_false_alarms"), money(paid.now.false_alarms), money(paid.after.false_alarms)),
        (words("cost_running"), money(0), money(paid.running)),
        (words("cost_total"), money(paid.now.total), money(paid.after.total + paid.running)),
    ]
    if report.rates.good is None:
        del rows[2]
    head = (words("cost_item"), words("cost_now"), words("cost_after"))
    formula = words(
        "formula",
        upfront=money(paid.upfront.total),
        saved=money(paid.saved),
        months=words.months(paid.months),
    )
    return (
        Table(head, tuple(rows), numbers=1, total=True),
        Table(
            (words("upfront_heading"), ""),
            upfront_rows(report, paid, words),
            numbers=1,
            total=True,
            small=True,
        ),
        Text(formula, "small"),
        Text(words("formula_saved"), "small"),
    )


def upfront_rows(report: PocReport, paid: Payback, words: Words) -> tuple[tuple[str, str], ...]:
    """What was spent first: item and amount, the sum last."""
    assumed, effort = report.assumed, report.effort
    minutes = effort.labelling_minutes if assumed.labelling_minutes is None else assumed.labelling_minutes
    if minutes is None:
        labelling = words("upfront_unmeasured")
    else:
        source = words("measured" if assumed.labelling_minutes is None else "assumed")
        labelling = words(
            "upfront_labelling", minutes=words("minutes", minutes=plain(minutes)), source=source
        )
    energy = (
        "assumed" if assumed.training_kwh is not None else "estimated" if paid.kwh_is_estimate else "measured"
    )
    trained = words("minutes", minutes=plain(effort.training_minutes))
    power = words("upfront_energy", minutes=trained, kwh=plain(paid.kwh), source=words(energy))
    return (
        (labelling, words.money(paid.upfront.labelling)),
        (words("upfront_setup", hours=f"{assumed.setup_hours:g}"), words.money(paid.upfront.setup)),
        (power, words.money(paid.upfront.energy)),
        (words("upfront_equipment"), words.money(paid.upfront.equipment)),
        (words("cost_total"), words.money(paid.upfront.total)),
    )


def plain(value: float) -> str:
    """A small quantity with two leading digits, without an exponent."""
    if value == 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


def _assumptions(report: PocReport, words: Words) -> Table:
    """Two assumptions a row; those that still are examples carry a star."""
    assumed = report.assumed
    names = [name for name in type(assumed).model_fields if name not in _NOT_IN_THE_TABLE]
    cells = [
        (words(f"assumption.{n}") + (" *" if n in assumed.unchanged else ""), words.assumption(n, assumed))
        for n in names
    ]
    rows = (tuple(cell for pair in cells[i : i + 3] for cell in pair) for i in range(0, len(cells), 3))
    return Table((), tuple(row + ("",) * (6 - len(row)) for row in rows), small=True)


def _risks(report: PocReport, words: Words) -> tuple[str, ...]:
    told = [risk_sentence(risk, words) for risk in report.risks]
    if not told:
        return (words("risk.none"),)
    more = len(told) - MOST_RISKS
    return tuple(told[:MOST_RISKS]) + ((words("risk.more", count=more),) if more > 0 else ())
