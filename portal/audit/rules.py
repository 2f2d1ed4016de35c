"""How an audit row is put into words and hashed; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256

from portal.money import Money

#: Version of the hashed form; a change of ``chain_hash`` raises it and keeps the old one readable.
CHAIN_VERSION = 1
FIRST_PREVIOUS = "0" * 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain kept outside the database.

    Attributes:
        number: Number of the row that was the newest.
        hash: Its hash, 64 hex digits.
        at: When it was noted, ISO 8601.
    """

    number: int
    hash: str
    at: str = ""


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return {"amount": value.decimal_text, "currency": value.currency}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an audit row cannot hold {type(value).__name__}")


def canonical_body(facts: Mapping[str, object]) -> str:
    """Return the facts of a row as JSON with sorted keys and no spaces: the text that is hashed."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def chain_hash(*, version: int, number: int, previous_hash: str, body: str) -> str:
    """Return the hash of a row: number, version, previous hash and body are all covered."""
    return sha256(f"{version}|{number}|{previous_hash}|{body}".encode()).hexdigest()
