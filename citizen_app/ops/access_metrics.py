"""The data access rate for Prometheus: of the last minute that was counted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric


@dataclass(frozen=True)
class AccessStanding:
    """The minute that began at `counted_at` (UTC): rates by module where there is one, numbers by module and step or cause."""

    counted_at: datetime
    rates: Mapping[str, float]
    steps: Mapping[tuple[str, str], int]
    missing: Mapping[tuple[str, str], int]


def access_metrics(standing: AccessStanding, now: datetime) -> Iterator[Metric]:
    """A module of which nothing is expected has no rate, and none is told."""
    rate = GaugeMetricFamily("citizen_access_rate", "On time / expected, 0..1.", labels=["module"])
    steps = GaugeMetricFamily("citizen_access", "Car parks or lines by how far they are.", labels=["module", "step"])
    missing = GaugeMetricFamily("citizen_access_missing", "Expected and not on time, by cause.", labels=["module", "cause"])
    for module, value in standing.rates.items():
        rate.add_metric([module], value)
    for labels, count in standing.steps.items():
        steps.add_metric(list(labels), count)
    for labels, count in standing.missing.items():
        missing.add_metric(list(labels), count)
    yield from (rate, steps, missing)
    age_s = max(0.0, (now - standing.counted_at).total_seconds())
    yield GaugeMetricFamily("citizen_access_counted_age_seconds", "Since the last minute that was counted began.", value=age_s)
