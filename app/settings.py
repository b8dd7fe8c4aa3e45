"""Reads the settings of the service once, from the environment (prefix TI2V_) and a .env file.

docs/settings.md documents every setting; a test compares that page with the class `Settings`.
"""

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.address_checks import driver_of, is_base_url, is_secure_url
from app.errors import Invalid
from app.private_files import make_private_folder
from benchmark.protocol import Role

MIB = 1024 * 1024
# The output size, in bytes, of the hash function that derives tokens.
MIN_SECRET_BYTES = 32

# A folder with one of these files was used as TI2V_HOME before.
_HOME_FILES = ("ti2v.sqlite3", "secret_key", "database.lock", "serve.lock")
_CHECKOUT = Path(__file__).resolve().parents[1]


def default_home(checkout: Path = _CHECKOUT) -> Path:
    """Return the checkout's `var` if only that folder contains data; otherwise return `./var`.

    `ti2v` therefore finds the data that `make run` stored, from any current folder.
    """
    here, of_checkout = Path("var"), checkout / "var"
    is_checkout = (checkout / "pyproject.toml").exists()
    return of_checkout if is_checkout and not _is_home(here) and _is_home(of_checkout) else here


def _is_home(folder: Path) -> bool:
    return any((folder / name).exists() for name in _HOME_FILES)


class Settings(BaseSettings):
    """Settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="TI2V_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = Field(
        "development", description="`production` requires TI2V_SECRET_KEY and TI2V_PUBLIC_URL."
    )
    home: Path = Field(
        default_factory=default_home,
        description="Folder for all data on disk: database, media, locks, secret.",
    )
    database_url: str = Field(
        "", description="Default: a SQLite file in TI2V_HOME. For PostgreSQL: postgresql+psycopg://..."
    )
    media_url: str = Field("", description="A folder or s3://bucket/prefix (default: a folder in TI2V_HOME).")
    secret_key: SecretStr | None = Field(
        None,
        description="Secret from which completion codes, unlisted links, sign-in secrets and the demo's "
        "links are derived. In development it is generated in TI2V_HOME.",
    )
    public_url: str = Field("", description="Public address; cookies are Secure if it begins with https.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    max_connections: int = Field(512, ge=8, description="Open connections accepted by one server process.")
    max_clip_bytes: int = Field(64 * MIB, ge=1024, description="Maximum size of a clip, bytes.")
    max_json_bytes: int = Field(1 * MIB, ge=1024, description="Maximum size of a JSON body or form, bytes.")
    max_import_bytes: int = Field(
        512 * MIB, ge=1024, description="Maximum size of an imported benchmark, packed and unpacked, bytes."
    )
    min_free_bytes: int = Field(
        64 * MIB, ge=0, description="Free bytes of the disk below which /readyz responds with 507."
    )
    session_days: int = Field(30, ge=1, le=365, description="Lifetime of a browser session, days.")
    sign_in_link_minutes: int = Field(60, ge=1, le=1440, description="Lifetime of a sign-in link, minutes.")
    trusted_proxies: str = Field(
        "", description="Addresses whose X-Forwarded-For and -Proto headers are trusted; * for all."
    )
    metrics_public: bool = Field(False, description="Whether everybody may read /metrics without a key.")
    rate_limit_url: str = Field(
        "memory://", description="Storage of the failed-key counters: memory:// or redis://..."
    )
    failed_keys_per_minute: int = Field(
        60, ge=1, description="Failed keys or links allowed per address and minute."
    )
    sandbox_processes: int = Field(
        2, ge=1, le=64, description="Number of clips probed or transcoded in parallel."
    )
    max_parallel_uploads: int = Field(
        8, ge=1, description="Clips that one person may upload in parallel, to one server process."
    )
    upload_bytes_per_day: int = Field(
        100 * 1024 * MIB, ge=1024, description="Bytes of clips that one person may upload per day."
    )
    job_lease_s: int = Field(
        300, ge=1, le=86_400, description="Duration of a job's lease, seconds; a worker renews it."
    )
    job_attempts: int = Field(3, ge=1, le=100, description="Attempts before a job fails.")
    job_backoff_s: int = Field(
        30,
        ge=0,
        le=86_400,
        description="Backoff after a job's first failure, seconds; doubled after each further failure.",
    )
    job_longest_backoff_s: int = Field(3600, ge=0, le=604_800, description="Maximum backoff, seconds.")
    prolific_api_url: str = Field(
        "https://api.prolific.com", description="Address of Prolific's API; used by studies on Prolific only."
    )
    prolific_api_token: SecretStr | None = Field(
        None,
        description="The lab's token for Prolific's API. If it is set, the server asks Prolific once a "
        "minute for returned submissions.",
    )
    slow_query_ms: int = Field(
        0,
        ge=0,
        le=600_000,
        description="SQL statements and commits that take at least this many milliseconds are logged; "
        "0 logs none.",
    )
    openid_issuer: str = Field(
        "", max_length=255, description="Issuer of the OpenID Connect provider with which people sign in."
    )
    openid_client_id: str = Field("", description="The id that the provider gave to this server.")
    openid_client_secret: SecretStr | None = Field(
        None, description="The secret that the provider gave to this server; none for a public client."
    )
    openid_name: str = Field(
        "your organisation", max_length=60, description="Name of the provider on the sign-in page."
    )
    openid_new_role: Literal["none", "viewer", "researcher"] = Field(
        "none", description="Role of people who sign in for the first time; `none` refuses unknown people."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="`json` writes one event per line; `text` writes readable messages."
    )

    @field_validator("database_url", mode="after")
    @classmethod
    def _database_is_supported(cls, url: str) -> str:
        if url and driver_of(url) not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("use postgresql+psycopg://user:password@host/name, or sqlite:///path")
        return url

    @field_validator("public_url", mode="after")
    @classmethod
    def _public_url_has_no_path(cls, url: str) -> str:
        if url and not is_base_url(url):
            raise ValueError(
                "use scheme, host and optional port without a path, for example https://bench.example.org"
            )
        return url

    @field_validator("prolific_api_url", mode="after")
    @classmethod
    def _prolific_api_url_has_no_path(cls, url: str) -> str:
        if not is_base_url(url):
            raise ValueError("use scheme, host and optional port without a path: https://api.prolific.com")
        return url.rstrip("/")

    @field_validator("openid_issuer", mode="after")
    @classmethod
    def _openid_issuer_is_secure(cls, issuer: str) -> str:
        if issuer and not is_secure_url(issuer):
            raise ValueError("use the issuer's https address, for example https://login.example.org")
        return issuer

    @field_validator("secret_key", mode="after")
    @classmethod
    def _secret_key_is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"use at least {MIN_SECRET_BYTES} random bytes; run: openssl rand -hex 32")
        return key

    @model_validator(mode="after")
    def _openid_has_its_settings(self) -> "Settings":
        if self.openid_issuer and not self.openid_client_id:
            raise ValueError("TI2V_OPENID_ISSUER requires TI2V_OPENID_CLIENT_ID")
        return self

    @model_validator(mode="after")
    def _production_has_its_settings(self) -> "Settings":
        if self.environment == "production":
            missing = [
                name
                for name, value in (
                    ("TI2V_SECRET_KEY", self.secret_key),
                    ("TI2V_PUBLIC_URL", self.public_url),
                )
                if not value
            ]
            if missing:
                raise ValueError(f"production requires {' and '.join(missing)}")
        return self

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'ti2v.sqlite3').resolve()}"

    @property
    def effective_media_url(self) -> str:
        return self.media_url or str((self.home / "media").resolve())

    @property
    def effective_public_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def limits_are_shared(self) -> bool:
        """Return whether several server processes count failed keys and uploaded bytes together."""
        return not self.rate_limit_url.startswith("memory://")

    @property
    def openid_role(self) -> Role | None:
        """Return the role of people who sign in with the provider for the first time.

        If the role is None, unknown people are refused.
        """
        return None if self.openid_new_role == "none" else Role(self.openid_new_role)

    @property
    def cookies_are_secure(self) -> bool:
        return self.effective_public_url.startswith("https://")

    @cached_property
    def signing_key(self) -> bytes:
        """The secret key. In development, the key is generated at the first start and stored in TI2V_HOME."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return _stored_secret(self.home / "secret_key")


def _stored_secret(path: Path) -> bytes:
    make_private_folder(path.parent)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        stored = path.read_bytes()
        if len(stored) < MIN_SECRET_BYTES:
            raise Invalid(
                f"{path} has fewer than {MIN_SECRET_BYTES} bytes. Delete it: the next start makes a new one."
            ) from None
        return stored
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
