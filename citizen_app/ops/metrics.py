"""Measurements for Prometheus: requests as they are counted, everything else from the board at the time of asking. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from citizen_app.ops.source import Run

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_requests = Counter("citizen_requests_total", "Requests answered.", ["route", "method", "status"])
_durations = Histogram("citizen_request_seconds", "Time to answer.", ["route"], buckets=(0.005, 0.02, 0.1, 0.25, 1, 5))


@dataclass(frozen=True)
class Standing:
    """What is measured at one moment."""

    now: datetime
    facilities_by_quality: Mapping[str, int]
    newest_observed_at: datetime | None
    snapshot_origin: str
    last_runs: Sequence[tuple[str, Run | None, Run | None]]    # source uid, newest run, newest good run


def count_request(route: str, method: str, status: int, spent_s: float) -> None:
    _requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
    _durations.labels(route).observe(spent_s)


def exposition(standing: Standing) -> bytes:
    """The text that Prometheus reads. With several workers the counts are those of all of them."""
    requests = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)    # type: ignore[no-untyped-call]
    gauges = CollectorRegistry()
    gauges.register(_StandingCollector(standing))
    return generate_latest(requests) + generate_latest(gauges)


class _StandingCollector(Collector):
    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    def collect(self) -> Iterator[Metric]:
        standing = self.standing
        qualities = GaugeMetricFamily("citizen_facilities", "Facilities by quality of their count.", labels=["quality"])
        for quality, count in standing.facilities_by_quality.items():
            qualities.add_metric([quality], count)
        yield qualities
        origin = GaugeMetricFamily("citizen_snapshot_origin", "Where the snapshot came from.", labels=["origin"])
        origin.add_metric([standing.snapshot_origin], 1)
        yield origin
        if standing.newest_observed_at is not None:
            age_s = (standing.now - standing.newest_observed_at).total_seconds()
            yield GaugeMetricFamily("citizen_newest_reading_age_seconds", "Age of the newest reading.", value=age_s)
        good = GaugeMetricFamily("citizen_source_last_good_run_age_seconds", "Since the last good run.", labels=["source"])
        well = GaugeMetricFamily("citizen_source_up", "1 when the last run brought or confirmed data.", labels=["source"])
        for uid, last, last_good in standing.last_runs:
            well.add_metric([uid], 0 if last is None or last.outcome == "error" else 1)
            if last_good is not None:
                good.add_metric([uid], (standing.now - last_good.ended_at).total_seconds())
        yield well
        yield good
