"""The way out to the provincial platform: HTTP with bounds, and the gateway on top of it.

Two spans bound an answer: that of each read and, four times as long, that of all of it; 16 MB are the most.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from citizen_app import clock
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.client.reply import Reply, read_reply
from citizen_app.exchange.client.tokens import read_credentials
from citizen_app.exchange.province.config import GatewaySettings, Province, expand_url
from citizen_app.exchange.record import Outcome, PlatformUnavailable

__all__ = ["Gateway", "Outcome", "PlatformUnavailable", "open_gateway"]

_LARGEST_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024


def open_gateway(province: Province, data_dir: Path, environ: Mapping[str, str]) -> Gateway:
    """The gateway of a configuration, its secrets from the environment. Raises InvalidInput for what is missing there."""
    transport = _Transport(province.gateway)
    return Gateway(province, expand_url(province.gateway.url, environ), read_credentials(environ), data_dir, transport.post)


class _Transport:
    """One session, kept open between requests. Neither proxies nor passwords of the environment play a part."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._timeouts = (settings.connect_timeout_s, settings.read_timeout_s)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = settings.ca_file or True

    def post(self, url: str, content_type: str, body: bytes) -> Reply:
        """The answer, whatever its status; redirects are not followed. Raises PlatformUnavailable, which names no secret."""
        headers = {"Content-Type": content_type, "Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            with self._session.post(
                url, body, headers=headers, timeout=self._timeouts, allow_redirects=False, stream=True
            ) as response:
                return read_reply(response.status_code, response.headers, self._read(response))
        except requests.Timeout:
            raise PlatformUnavailable("no answer in time") from None
        except (requests.RequestException, HTTPError) as error:
            raise PlatformUnavailable(f"no connection ({type(error).__name__})") from None

    def _read(self, response: requests.Response) -> bytes:
        deadline_s = clock.monotonic_s() + 4 * self._timeouts[1]
        body = b""
        while chunk := response.raw.read1(_CHUNK):
            body += chunk
            if len(body) > _LARGEST_BYTES or clock.monotonic_s() > deadline_s:
                raise PlatformUnavailable("the answer is too long")
        return body
