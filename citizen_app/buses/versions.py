"""Versions of the network: each import makes one, at most one is published. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizen_app.buses.findings import Finding, Severity


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True)
class Pointer:
    """Which version is published, which network that is, and since when (UTC)."""

    version_id: int
    digest: str
    published_at: datetime


@dataclass(frozen=True)
class Version:
    """One version without its network. Moments are UTC; `published_at` is that of the last time.

    `replaces` is the version that was published when this one was made and that it takes the place of, None for none;
    `difference` is what it changes of that one, as `difference.difference_document` writes it. `has_network` is False once
    the network itself is no longer kept. `summary` has counts by kind, and "first" and "last" date of validity if known.
    """

    id: int
    state: VersionState
    created_at: datetime
    published_at: datetime | None
    retired_at: datetime | None
    origin: str
    digest: str
    replaces: int | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    difference: Mapping[str, Any] = field(default_factory=dict)
    has_network: bool = True

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)
