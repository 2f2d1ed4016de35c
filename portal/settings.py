"""Typed settings, read once from the environment; each has its line in docs/operating/settings.md."""

from __future__ import annotations

import os
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

DEMO_SECRET = "concord-demo-secret-never-on-a-network"  # noqa: S105 - refused off loopback, see below
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseModel):
    """Everything an operator may set; the environment variable is the field name in capitals after ``CONCORD_``."""

    model_config = ConfigDict(frozen=True)

    home: Path = Field(Path("instance"), description="Folder of database, attachments, anchors and logs")
    database_url: str = Field("", description="SQLAlchemy address; empty = SQLite file in the home folder")
    secret_key: str = Field(
        "", description="Signs cookies and encrypts attachments; empty = kept in the home folder"
    )
    old_secret_keys: str = Field(
        "", description="Earlier secret keys, commas between, until `keys rotate` has run"
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="Public address; every link in a mail starts with it"
    )
    book_currency: str = Field("", description="ISO 4217; empty = the first imported currency")
    mail_url: str = Field("", description="smtp://, smtp+tls:// or file:DIR; empty = file:HOME/outbox")
    mail_from: str = Field("Concord <concord@localhost>", description="Sender of every mail")
    real_data: str = Field("", description="Folder of real data for tests; no default")
    test_pg: str = Field("", description="PostgreSQL for tests instead of the embedded one")
    clock: str = Field("", description="ISO instant that moves the clock; loopback and demo secret only")
    trusted_proxies: str = Field(
        "", description="Own proxies whose X-Forwarded-For is believed: CIDR networks, commas between"
    )
    inbox: str = Field("", description="Watched folder: files put there are imported; empty = none")
    max_upload_mb: int = Field(100, description="Largest request body in megabytes")
    log_format: Literal["json", "text"] = Field("json", description="Log lines as JSON or for people")
    password_cost: Literal["strong", "test"] = Field(
        "strong", description="test = cheap hashes, never in production"
    )
    password_profile: Literal["modern", "dengbao"] = Field(
        "modern",
        description="modern = length and block list; dengbao = 3 of 4 kinds, 90 days, last 5 refused",
    )
    staff_second_factor: Literal["required", "offered"] = Field(
        "required", description="Whether staff without a passkey or app must set one up before anything else"
    )

    oidc_issuer: str = Field(
        "",
        description="Single sign-on: issuer of the OpenID provider, exactly as it names itself; empty = none",
    )
    oidc_client_id: str = Field("", description="Single sign-on: who Concord is at the provider")
    oidc_client_secret: str = Field("", description="Single sign-on: its secret there; empty = PKCE alone")
    oidc_name: str = Field("", description="Single sign-on: word on the button; empty = the provider's host")

    @cached_property
    def url(self) -> str:
        """The database address, with the SQLite default filled in."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql://", 1)
        return f"sqlite:///{(self.home / 'concord.db').absolute()}"

    @cached_property
    def secret(self) -> str:
        """The secret key: as set, else made once and kept in the home folder, readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        kept = self.home / "secret-key"
        if not kept.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(os.urandom(32).hex())
        return kept.read_text().strip()

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The secret key and the earlier ones, newest first."""
        earlier = (one.strip() for one in self.old_secret_keys.split(","))
        return (self.secret, *(one for one in earlier if one))

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of own proxies."""
        return tuple(ip_network(one.strip()) for one in self.trusted_proxies.split(",") if one.strip())

    @cached_property
    def mail(self) -> str:
        """The mail address, with the file default filled in."""
        return self.mail_url or f"file:{self.home / 'outbox'}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal by TLS; decides cookie name, Secure and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host (and port) of the public address: the only one requests may name."""
        return urlsplit(self.base_url).netloc

    @property
    def is_demo(self) -> bool:
        """Whether the secret is the demo's, which everybody knows."""
        kept = self.home / "secret-key"
        known = self.secret_key or (kept.read_text().strip() if kept.exists() else "")
        return known == DEMO_SECRET

    @field_validator("trusted_proxies")
    @classmethod
    def _refuse_odd_networks(cls, value: str) -> str:
        for one in value.split(","):
            if one.strip():
                ip_network(one.strip())
        return value

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Settings:
        on_loopback = (urlsplit(self.base_url).hostname or "") in LOOPBACK
        if not self.is_https and not on_loopback:
            raise ValueError("CONCORD_BASE_URL must start with https:// unless it is a loopback address")
        if self.is_demo and not on_loopback:
            raise ValueError("the demo secret is refused on any address but loopback")
        if self.oidc_issuer:
            issuer = urlsplit(self.oidc_issuer)
            if issuer.scheme != "https" and not (issuer.scheme == "http" and issuer.hostname in LOOPBACK):
                raise ValueError(
                    "CONCORD_OIDC_ISSUER must start with https:// unless it is a loopback address"
                )
            if not self.oidc_client_id:
                raise ValueError("CONCORD_OIDC_ISSUER needs CONCORD_OIDC_CLIENT_ID")
        if self.clock and not (on_loopback and self.is_demo):
            raise ValueError("CONCORD_CLOCK is accepted only on loopback with the demo secret")
        return self


def load_settings(**overrides: object) -> Settings:
    """Read the settings from ``CONCORD_*`` variables; ``overrides`` win over them.

    Raises:
        pydantic.ValidationError: A value cannot be used; the message names the setting.
    """
    values: dict[str, object] = {
        name: os.environ[f"CONCORD_{name.upper()}"]
        for name in Settings.model_fields
        if os.environ.get(f"CONCORD_{name.upper()}")
    }
    return Settings.model_validate(values | overrides)
