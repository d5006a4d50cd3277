"""The way out to the provincial platform: HTTP with bounds, and the gateway on top of it.

Two spans bound an answer: that of each read and, four times as long, that of all of it; 16 MB are the most.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

import requests
from urllib3.exceptions import HTTPError

from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.client.reply import Reply, read_reply
from citizen_app.exchange.client.tokens import read_credentials
from citizen_app.exchange.province.config import GatewaySettings, Province, expand_url
from citizen_app.exchange.record import Outcome, PlatformUnavailable

__all__ = ["Gateway", "Outcome", "PlatformUnavailable", "open_gateway"]

_WHOLE_READS = 4
_LARGEST_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024


def open_gateway(province: Province, data_dir: Path, environ: Mapping[str, str]) -> Gateway:
    """The gateway of a configuration, its secrets from the environment. Raises InvalidInput for what is missing there."""
    transport = _Transport(province.gateway)
    return Gateway(province, expand_url(province.gateway.url, environ), read_credentials(environ), data_dir, transport.post)


class _Transport:
    """One session, kept open between requests. Neither proxies nor passwords of the environment play a part."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._session = _open_session(settings)

    def post(self, url: str, content_type: str, body: bytes) -> Reply:
        """The answer, whatever its status; redirects are not followed. Raises PlatformUnavailable, which names no secret.

        The request runs in a thread of its own: one that drips for ever is left behind with its session.
        """
        answers: SimpleQueue[Reply | Exception] = SimpleQueue()
        ask = partial(_ask, self._session, self._settings, url, content_type, body)
        threading.Thread(target=lambda: answers.put(ask()), name="province", daemon=True).start()
        try:
            answer = answers.get(timeout=self._settings.connect_timeout_s + _WHOLE_READS * self._settings.read_timeout_s)
        except Empty:
            self._session = _open_session(self._settings)
            raise PlatformUnavailable("no whole answer in time") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _open_session(settings: GatewaySettings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = settings.ca_file or True
    return session


def _ask(session: requests.Session, settings: GatewaySettings, url: str, content_type: str, body: bytes) -> Reply | Exception:
    headers = {"Content-Type": content_type, "Accept": "application/json", "Accept-Encoding": "identity"}
    timeouts = (settings.connect_timeout_s, settings.read_timeout_s)
    try:
        with session.post(url, body, headers=headers, timeout=timeouts, allow_redirects=False, stream=True) as response:
            read = bytearray()
            while chunk := response.raw.read1(_CHUNK):
                read += chunk
                if len(read) > _LARGEST_BYTES:
                    return PlatformUnavailable("the answer is too long")
            return read_reply(response.status_code, response.headers, bytes(read))
    except requests.Timeout:
        return PlatformUnavailable("no answer in time")
    except (requests.RequestException, HTTPError) as error:
        return PlatformUnavailable(f"no connection ({type(error).__name__})")
    except Exception as error:
        return error
