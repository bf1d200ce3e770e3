"""The appendix for who rebuilds it: everything it takes to reproduce, and the model card."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.methods.catalogue import parse_composition
from core.methods.presets import load_presets
from core.problems import problem_text
from core.report.blocks import Block, Bullets, Part, Table, Text
from core.report.figures import Moment, PocReport
from core.report.front import MOST_RISKS, measure, plain, risk_sentence
from core.report.groups import Grouping
from core.report.measures import between, percent
from core.report.payback import Payback, Side
from core.report.words import Words
from core.training.result import Choice, Metrics

_MOST_CLASSES_CROSSED = 12
_MOST_MIX_UPS = 10
_METRICS = tuple(Metrics.model_fields)


def appendix(report: PocReport, words: Words) -> tuple[Part, ...]:
    """The parts in order; what was not measured has none."""
    parts: dict[str, tuple[Block, ...]] = {
        "reproduce": (
            _origin(report, words),
            Text(words("fact.command"), "small"),
            Text(_command(report), "code"),
        ),
        "classes": (_classes(report, words),),
        "confusion": _confusion(report, words),
        "accuracy": _accuracy(report, words),
        "groups": tuple(block for grouping in report.groupings for block in _grouping(grouping, words)),
        "threshold": (Text(_threshold(report, words)),),
        "money": _money(report, words),
        "card": (Bullets(_card(report, words)),),
        "risks": _risks(report, words),
        "settings": (_settings(report, words),),
    }
    return tuple(Part(words(f"part.{name}"), blocks) for name, blocks in parts.items() if blocks)


def _origin(report: PocReport, words: Words) -> Table:
    model, origin = report.model, report.origin
    titles = {preset.name: preset.texts[words.language].title for preset in load_presets()}
    facts = {
        "project": origin.project,
        "run": origin.run,
        "revision": origin.revision,
        "sample": origin.sample,
        "backbone": model.backbone,
        "backbone_sha256": model.backbone_sha256,
        "licence": model.licence,
        "method": " · ".join(dict.fromkeys((titles.get(model.preset, model.preset), model.composition))),
        "decisions": " ".join(_decided(choice, titles, words) for choice in model.decisions),
        "parameters": f"{model.parameters:,}",
        "seed": str(model.seed),
        "shots": words("fact.shots_all") if model.shots is None else str(model.shots),
        "steps": f"{model.steps:,}",
        "epochs": words("fact.epochs_value", epochs=model.epochs, kept=model.kept_epoch),
        "stopped": model.stopped_because,
        "device": model.device,
        "stages": ", ".join(f"{name} {seconds:.1f}" for name, seconds in model.stages_s.items()),
        "energy": _energy(report, words),
        "platform": origin.platform,
        "versions": ", ".join(f"{name} {found}" for name, found in origin.versions.items()),
    }
    rows = tuple((words(f"fact.{key}"), told) for key, told in facts.items() if told)
    return Table((words("fact.item"), words("fact.value")), rows, small=True)


def _decided(choice: Choice, titles: Mapping[str, str], words: Words) -> str:
    """What the engine decided by itself, and why: of the automatic search, what it tried and chose."""
    preset = choice.data.get("preset", "")
    told = problem_text(choice.code, choice.data | {"preset": titles.get(preset, preset)}, words.language)
    return f"{told.what} {told.why}"


def _command(report: PocReport) -> str:
    """The training again, from the command line; settings as by default are not repeated."""
    model = report.model
    source = "--features FILE" if report.origin.features_only else "--photos DIR"
    defaults = {entry.key: entry.default for entry in parse_composition(model.composition).settings()}
    changed = [f"--set {key}={value}" for key, value in model.hyper.items() if value != defaults.get(key)]
    shots = [] if model.shots is None else [f"--shots {model.shots}"]
    words = ["hikidashi train", source, f"--preset '{model.composition}'", f"--backbone {model.backbone}",
             f"--seed {model.seed}", *shots, *changed, "--out RUN"]  # fmt: skip
    return " ".join(words)


def _energy(report: PocReport, words: Words) -> str:
    paid, effort = report.payback, report.effort
    if paid is None:
        return ""
    if report.assumed.training_kwh is not None:
        return words("fact.energy_assumed", kwh=plain(paid.kwh))
    if paid.kwh_is_estimate:
        return words("fact.energy_estimated", kwh=plain(paid.kwh))
    sensors = " + ".join(sensor.upper() for sensor in effort.energy_sensors)
    return words("fact.energy_measured", kwh=plain(paid.kwh), sensors=sensors)


def _classes(report: PocReport, words: Words) -> Table:
    keys = ("class", "words", "role", "good", "train", "val", "test", "right", "false_alarms")
    rows = []
    for entry in report.classes:
        tally = entry.tally
        judged = ("–", "–") if tally is None else (str(tally.photos - tally.missed), str(tally.false_alarms))
        role = words(f"role.{entry.role}")
        good = words("role.yes" if entry.is_good else "role.no")
        counts = (str(entry.train), str(entry.val), str(entry.test))
        rows.append((entry.name, entry.words, role, good, *counts, *judged))
    return Table(tuple(words(f"column.{key}") for key in keys), tuple(rows), numbers=4, small=True)


def _confusion(report: PocReport, words: Words) -> tuple[Block, ...]:
    """All classes crossed where they fit on the page; else what was mixed up most."""
    names = tuple(entry.name for entry in report.classes)
    if not report.confusion.any():
        return ()
    if len(names) > _MOST_CLASSES_CROSSED:
        return _mixed_up(report.confusion, names, words)
    rows = tuple(
        (name, *(str(count) if count else "·" for count in counts))
        for name, counts in zip(names, report.confusion.tolist(), strict=True)
    )
    return (Table((words("column.true_class"), *names), rows, numbers=1, small=True),)


def _mixed_up(confusion: NDArray[np.int64], names: Sequence[str], words: Words) -> tuple[Block, ...]:
    wrong = confusion - np.diag(confusion.diagonal())
    places = [divmod(int(place), len(names)) for place in np.argsort(-wrong, axis=None, kind="stable")]
    rows = tuple(
        (names[true], names[answered], str(wrong[true, answered]))
        for true, answered in places[:_MOST_MIX_UPS]
        if wrong[true, answered]
    )
    if not rows:
        return ()
    head = (words("column.true"), words("column.answered"), words("column.photos"))
    return Table(head, rows, numbers=2, small=True), Text(words("confusion.most"), "small")


def _accuracy(report: PocReport, words: Words) -> tuple[Block, ...]:
    rows = tuple(
        (words(f"metric.{name}"), _figure(report, "zero_shot", name), _figure(report, "tuned", name))
        for name in _METRICS
        if any(getattr(found, name) is not None for found in report.metrics.values())
    )
    if not rows:
        return ()
    head = (words("column.measure"), words("column.before"), words("column.after"))
    note = words("metric.note") + (" " + words("metric.on_probe") if report.new_on_probe else "")
    return Table(head, rows, numbers=1, small=True), Text(note, "small")


def _figure(report: PocReport, moment: Moment, metric: str) -> str:
    interval = measure(report, moment, metric)
    if interval is None:
        found = report.metrics.get(moment)
        return percent(getattr(found, metric, None))
    return f"{percent(interval.mean)} ({between(interval.low, interval.high)}, n={interval.n})"


def _grouping(grouping: Grouping, words: Words) -> tuple[Block, ...]:
    rows = tuple(
        (
            group.name,
            str(group.photos),
            str(group.right),
            percent(group.right / group.photos),
            words.span(group.low, group.high),
        )
        for group in grouping.groups
    )
    keys = ("photos", "right", "share", "interval")
    head = (words(f"group.{grouping.field}"), *(words(f"column.{key}") for key in keys))
    told = words("group.differs", name=grouping.groups[0].name) if grouping.differs else words("group.alike")
    return Table(head, rows, numbers=1, small=True), Text(told, "small")


def _threshold(report: PocReport, words: Words) -> str:
    unsure = report.unsure
    if unsure is None:
        return words("threshold.none")
    if unsure.probability >= 1:
        return words("threshold.everything", photos=unsure.n)
    told = words(
        "threshold.told",
        threshold=percent(unsure.probability),
        wished=percent(unsure.wished_error),
        photos=unsure.n,
        person=percent(unsure.sent_to_person),
    )
    return told if unsure.promised else f"{told} {words('threshold.not_promised')}"


def _money(report: PocReport, words: Words) -> tuple[Block, ...]:
    paid = report.payback
    if paid is None:
        return (Text(words("cost_unknown")),)
    told = [_labour(report, paid, words), *_mistakes(report, paid, words), *_sums(paid, words)]
    if report.effort.labelling_minutes is not None and report.assumed.labelling_minutes is None:
        told.append(words("money.labelling"))
    return (Bullets(tuple(told)),)


def _labour(report: PocReport, paid: Payback, words: Words) -> str:
    assumed = report.assumed
    sent = paid.after.labour / paid.now.labour if paid.now.labour else 0.0
    return words(
        "money.labour",
        n=_inspections(report),
        seconds=f"{assumed.seconds_per_inspection:g}",
        wage=words.money(assumed.wage_per_hour),
        now=words.money(paid.now.labour),
        sent=percent(sent),
        after=words.money(paid.after.labour),
    )


def _mistakes(report: PocReport, paid: Payback, words: Words) -> list[str]:
    assumed, bad, good = report.assumed, report.rates.defective, report.rates.good
    wrong = words(
        "money.mistakes" if good is None else "money.wrong",
        n=_inspections(report),
        d=percent(assumed.defect_share),
        m0=percent(assumed.person_wrong_pass),
        cost=words.money(assumed.wrong_pass_cost),
        now=words.money(paid.now.wrong_passes),
        after=words.money(paid.after.wrong_passes),
        m=_share(bad),
        wrong=bad.wrong,
        photos=bad.photos,
    )
    if good is None:
        return [wrong]
    false = words(
        "money.false",
        n=_inspections(report),
        d=percent(1 - assumed.defect_share),
        f0=percent(assumed.person_false_alarm),
        cost=words.money(assumed.false_alarm_cost),
        now=words.money(paid.now.false_alarms),
        after=words.money(paid.after.false_alarms),
        f=_share(good),
        wrong=good.wrong,
        photos=good.photos,
    )
    return [wrong, false]


def _sums(paid: Payback, words: Words) -> list[str]:
    money, first = words.money, paid.upfront
    return [
        words("money.saved", now=money(paid.now.total), after=money(paid.after.total), running=money(paid.running),
              saved=money(paid.saved)),
        words("money.upfront", labelling=money(first.labelling), setup=money(first.setup),
              energy=money(first.energy), equipment=money(first.equipment), total=money(first.total)),
        words("money.months", upfront=money(first.total), saved=money(paid.saved), months=words.months(paid.months),
              best=words.months(paid.best), worst=words.months(paid.worst)),
    ]  # fmt: skip


def _card(report: PocReport, words: Words) -> tuple[str, ...]:
    model = report.model
    names = words.listed(tuple(entry.name for entry in report.classes))
    told = [
        words("card.what", names=names, backbone=model.backbone),
        words("card.meant"),
        words("card.not_meant"),
    ]
    if any(entry.role == "new" for entry in report.classes) or not model.judges_new:
        told.append(words("card.new" if model.judges_new else "card.untouched"))
    if model.licence:
        told.append(words("card.licence", licence=model.licence))
    return tuple(told)


def _risks(report: PocReport, words: Words) -> tuple[Block, ...]:
    told = tuple(risk_sentence(risk, words) for risk in report.risks[MOST_RISKS:])
    return (Bullets(told),) if told else ()


def _settings(report: PocReport, words: Words) -> Table:
    labels = {e.key: e.label[words.language] for e in parse_composition(report.model.composition).settings()}
    rows = tuple((labels.get(key, ""), key, str(value)) for key, value in report.model.hyper.items())
    return Table((words("column.setting"), "", words("column.value")), rows, numbers=2, small=True)


def _inspections(report: PocReport) -> str:
    assumed = report.assumed
    return f"{assumed.inspections_per_day * assumed.days_per_month:,.0f}"


def _share(side: Side) -> str:
    return percent(side.wrong / side.photos)
