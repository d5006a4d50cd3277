"""Measurements for Prometheus. Pure.

Requests are counted as they come, in files that all workers share where PROMETHEUS_MULTIPROC_DIR names a folder.
Everything else is worked out at the moment of asking from what all workers share, so any of them may answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from citizen_app.ops.access_metrics import AccessStanding, access_metrics
from citizen_app.ops.source import Run

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_requests = Counter("citizen_requests_total", "Requests answered.", ["route", "method", "status"])
_durations = Histogram("citizen_request_seconds", "Time to answer.", ["route"], buckets=(0.005, 0.02, 0.1, 0.25, 1, 5))


@dataclass(frozen=True)
class SourceStanding:
    """A source with its newest run, its newest good run, and the newest moment that it observed anything at."""

    uid: str
    last_run: Run | None
    last_good_run: Run | None
    observed_at: datetime | None


@dataclass(frozen=True)
class OutboxStanding:
    """What goes to the province: rows by kind and state, the oldest that waits, all that was ever accepted and refused.

    `skew_s`: the platform's clock ahead of ours, None before it was measured.
    """

    rows: Mapping[tuple[str, str], int]
    oldest_waiting_at: datetime | None
    accepted: int
    refused: int
    skew_s: float | None


@dataclass(frozen=True)
class Standing:
    """What is measured at one moment. `sources` is None when the database does not answer.

    So are `outbox` and `access`; and where nothing is reported, or was counted yet.
    """

    now: datetime
    facilities_by_quality: Mapping[str, int]
    snapshot_origin: str
    snapshot_age_s: float | None
    sources: Sequence[SourceStanding] | None
    outbox: OutboxStanding | None = None
    access: AccessStanding | None = None


def count_request(route: str, method: str, status: int, spent_s: float) -> None:
    """Count an answered request. `route` is the pattern, never the address, so that the series stay few."""
    _requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
    _durations.labels(route).observe(spent_s)


def exposition(standing: Standing) -> bytes:
    """The text that Prometheus reads."""
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
        origin = GaugeMetricFamily("citizen_snapshot_origin", "1 for the place the counts came from.", labels=["origin"])
        for name in ("redis", "database", "memory", "disk", "empty"):
            origin.add_metric([name], name == standing.snapshot_origin)
        yield origin
        if standing.snapshot_age_s is not None:
            yield GaugeMetricFamily(
                "citizen_snapshot_age_seconds", "Since the counts in memory were last vouched for.", value=standing.snapshot_age_s
            )
        yield GaugeMetricFamily("citizen_database_up", "1 when it answers.", value=standing.sources is not None)
        yield from self._sources(standing.sources or ())
        if standing.outbox is not None:
            yield from self._outbox(standing.outbox)
        if standing.access is not None:
            yield from access_metrics(standing.access, standing.now)

    def _sources(self, sources: Sequence[SourceStanding]) -> Iterator[Metric]:
        up = GaugeMetricFamily("citizen_source_up", "1 when the last run brought or confirmed data.", labels=["source"])
        good = GaugeMetricFamily("citizen_source_last_good_run_age_seconds", "Since the last good run.", labels=["source"])
        newest = GaugeMetricFamily("citizen_source_newest_reading_age_seconds", "Age of the newest reading.", labels=["source"])
        for one in sources:
            if one.last_run is not None:
                up.add_metric([one.uid], one.last_run.outcome != "error")
            if one.last_good_run is not None:
                good.add_metric([one.uid], (self.standing.now - one.last_good_run.ended_at).total_seconds())
            if one.observed_at is not None:
                newest.add_metric([one.uid], (self.standing.now - one.observed_at).total_seconds())
        yield from (up, good, newest)

    def _outbox(self, outbox: OutboxStanding) -> Iterator[Metric]:
        rows = GaugeMetricFamily("citizen_outbox_rows", "Records for the province by kind and state.", labels=["kind", "state"])
        for (kind, state), count in outbox.rows.items():
            rows.add_metric([kind, state], count)
        yield rows
        oldest = outbox.oldest_waiting_at
        age_s = 0.0 if oldest is None else max(0.0, (self.standing.now - oldest).total_seconds())
        yield GaugeMetricFamily("citizen_outbox_oldest_waiting_seconds", "Age of the oldest record that waits.", value=age_s)
        yield CounterMetricFamily("citizen_outbox_accepted", "Records that the province accepted.", value=outbox.accepted)
        yield CounterMetricFamily("citizen_outbox_refused", "Records that the province refused.", value=outbox.refused)
        if outbox.skew_s is not None:
            yield GaugeMetricFamily("citizen_province_clock_ahead_seconds", "The province's clock ahead of ours.", value=outbox.skew_s)
