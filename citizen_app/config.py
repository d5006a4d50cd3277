"""Every setting, read once from the environment, with its unit in its name."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from citizen_app.errors import InvalidInput

ROOT = Path(__file__).resolve().parent.parent
DEMO_COUNTY_DIR = ROOT / "feeds" / "demo" / "linhai"


def load_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask settings from environment variables.

    Raises InvalidInput with one clear line when a value cannot be used.
    """
    data_dir = Path(environ.get("DATA_DIR") or ROOT / "var").resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"DATA_DIR {data_dir}: cannot be made: {error.strerror}") from error
    county_dir = Path(environ.get("COUNTY_DIR") or DEMO_COUNTY_DIR)
    return {
        "DATA_DIR": data_dir,
        "DEMO": environ.get("DEMO", "1") != "0",
        "COUNTY_DIR": county_dir,
        "PROVINCE_FILE": Path(environ.get("PROVINCE_FILE") or county_dir / "province.toml"),
        "PUBLIC_URL": _public_url(environ.get("PUBLIC_URL", "")),
        "DATA_LICENCE": environ.get("DATA_LICENCE") or "CC BY 4.0",
        "OPEN_DATA_PER_MINUTE": _count(environ, "OPEN_DATA_PER_MINUTE", 60),
        "TRUSTED_PROXIES": _count(environ, "TRUSTED_PROXIES", 0),
        "SECRET_KEY": environ.get("SECRET_KEY") or _secret_key(data_dir / "secret_key"),
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL", ""), data_dir),
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
        "REDIS_URL": environ.get("REDIS_URL") or f"unix://{data_dir / 'redis.sock'}",
        "REDIS_CONNECT_TIMEOUT_S": 0.1,
        "REDIS_READ_TIMEOUT_S": 0.2,
        "SNAPSHOT_REFRESH_S": float(environ.get("SNAPSHOT_REFRESH_S", "0.5")),
        "START_BACKGROUND": environ.get("START_BACKGROUND", "1") != "0",
        "LANGUAGES": ("zh", "en"),
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "API_TITLE": "Citizen travel",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
    }


def database_url(url: str, data_dir: Path) -> str:
    """SQLAlchemy URL: SQLite in `data_dir` unless `url` is given; PostgreSQL always through pg8000."""
    if not url:
        return f"sqlite:///{data_dir / 'citizen.db'}"
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+pg8000://{rest}"
    return url


def _public_url(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise InvalidInput(f"PUBLIC_URL {url}: must begin with https:// or http://")
    return url.rstrip("/")


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or len(text) > 6:
        raise InvalidInput(f"{name} {text}: must be a whole number")
    return int(text)


def _secret_key(path: Path) -> str:
    """The key that signs attendants' links: made once, kept readable for its owner only."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_text(secrets.token_urlsafe(48))
            draft.chmod(0o600)
            os.link(draft, path)
        except FileExistsError:
            pass    # another process was first; its key is the one
        except OSError as error:
            raise InvalidInput(f"DATA_DIR {path.parent}: cannot be written: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text().strip()
