"""What one fetch may cost, and the error that ends one which would cost more or brings nothing."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.errors import AppError


@dataclass(frozen=True)
class Bounds:
    """`whole_s` counts from the first look at the name to the last byte; `most_bytes` holds on the wire and unpacked."""

    resolve_s: float = 10.0
    connect_s: float = 5.0
    read_s: float = 30.0
    whole_s: float = 60.0
    most_bytes: int = 10 * 1024 * 1024
    most_redirects: int = 3


class FetchError(AppError):
    """The bytes could not be had; `str()` is one line fit for the list of runs, without anything secret."""

    def __init__(self, message: str, http_status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_s = retry_after_s
