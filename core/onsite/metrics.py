"""What Prometheus may ask of the server: counts, times, what waits."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.onsite.line import Line
from core.onsite.monitor.look import Level
from core.onsite.monitor.overseer import Overseer
from core.onsite.result import Outcome, Result

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Of one server. Classes are those of the package, so their number is bounded."""

    def __init__(self, line: Line) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Outlets(line))
        if line.overseer is not None:
            self._registry.register(_Monitored(line.overseer))
        self._photos = Counter(
            "hikidashi_photos", "Photos judged", ("verdict", "class_name"), registry=self._registry
        )
        self._refused = Counter(
            "hikidashi_requests_refused", "Requests that were not answered with a result", ("status",),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "hikidashi_request_seconds", "From the whole photo to its result", buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip

    def judged(self, result: Outcome, seconds: float) -> None:
        """Count a result; a text has no class, and no verdict where it is sure."""
        class_name = result.class_name if isinstance(result, Result) else ""
        self._photos.labels(result.verdict.value if result.verdict else "", class_name).inc()
        self._seconds.observe(seconds)

    def refused(self, status: int) -> None:
        """Count a request that was turned away."""
        self._refused.labels(str(status)).inc()

    def text(self) -> bytes:
        """In the text form that Prometheus reads."""
        return generate_latest(self._registry)


class _Outlets(Collector):
    def __init__(self, line: Line) -> None:
        self._line = line

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "hikidashi_waiting", "Results that wait for an output", labels=("output",)
        )
        counts = self._line.journal.waiting()
        for delivery in self._line.deliveries:
            waiting.add_metric((delivery.output.name,), counts.get(delivery.output.name, 0))
        failing = GaugeMetricFamily(
            "hikidashi_failures", "Failures in a row of an output", labels=("output",)
        )
        for output in self._line.deliveries:
            failing.add_metric((output.output.name,), output.failures)
        for signal in self._line.signals:
            failing.add_metric((signal.signal.name,), signal.failures)
        yield waiting
        yield failing


class _Monitored(Collector):
    """The figures of the monitor's newest look; those that cannot be told are left out."""

    def __init__(self, overseer: Overseer) -> None:
        self._overseer = overseer

    def collect(self) -> Iterator[Metric]:
        status = self._overseer.status()
        if status is None:
            return
        level = GaugeMetricFamily("hikidashi_monitor_level", "Health of the line", labels=("level",))
        for each in Level:
            level.add_metric((each.value,), float(each is status.level))
        yield level
        window = status.last
        if window is None:
            return
        figures = {
            "unsure_ratio": ("Photos sent to a person", window.unsure / window.photos),
            "unlike_ratio": ("Photos unlike the known ones", window.unlike),
            "drift_p_value": ("Chance that the photos only seem to differ", window.drift_p),
            "mix_shift_ratio": ("Shift of the class mix", window.mix),
            "disagreement_ratio": (
                "Decisions on another class",
                window.disagreed / window.decided if window.decided else None,
            ),
            "seconds_median": ("Seconds that a photo takes", window.seconds),
            "seconds_95": ("Seconds that 19 of 20 photos do not exceed", window.seconds_95),
        }
        for name, (words, value) in figures.items():
            if value is not None:
                yield GaugeMetricFamily(f"hikidashi_monitor_{name}", words, value=value)
