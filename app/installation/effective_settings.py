"""Lists the settings of this service: the value in use, without secrets, and where the value comes from."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from app.settings import MIB, Settings

# The values that the service uses in place of an empty setting.
_EFFECTIVE = {
    "database_url": "effective_database_url",
    "media_url": "effective_media_url",
    "public_url": "effective_public_url",
}
# The user's password in a URL, up to the last "@", and passwords in a query.
_PASSWORDS = (re.compile(r"(?<=://)([^/?#@:]*):.*@"), re.compile(r"(?i)([^?&=]*password=)[^&]*"))


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting: its variable, its value as text, the source of the value, and what the setting means."""

    variable: str
    value: str
    source: str
    meaning: str


def effective_settings(settings: Settings) -> tuple[EffectiveSetting, ...]:
    return tuple(
        EffectiveSetting(
            variable=f"TI2V_{name}".upper(),
            value=_text(name, getattr(settings, _EFFECTIVE.get(name, name))),
            source=_source(settings, name),
            meaning=(field.description or "").replace("`", ""),
        )
        for name, field in Settings.model_fields.items()
    )


def without_passwords(url: str) -> str:
    """Return a URL in which "***" replaces the passwords.

    >>> without_passwords("postgresql+psycopg://bench:secret@db/ti2v?sslpassword=x")
    'postgresql+psycopg://bench:***@db/ti2v?sslpassword=***'
    """
    url = _PASSWORDS[0].sub(r"\1:***@", url)
    return _PASSWORDS[1].sub(r"\1***", url)


def _text(name: str, value: object) -> str:
    """Return a value as the page shows it. A secret is only shown as set or not set."""
    if value is None or value == "":
        return "not set"
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and "_bytes" in name and value >= MIB:
        return f"{value:,} ({value / MIB:,.10g} MiB)"
    return without_passwords(str(value.resolve() if isinstance(value, Path) else value))


def _source(settings: Settings, name: str) -> str:
    if name not in settings.model_fields_set:
        return "default"
    variable = f"TI2V_{name}".upper()
    is_in_environment = any(key.upper() == variable and value for key, value in os.environ.items())
    return "environment" if is_in_environment else ".env or command line"
