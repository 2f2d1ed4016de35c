"""How an audit row is put into words and hashed; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

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


#: Keys of details whose text names or reaches a person, wherever they stand.
PERSONAL_KEYS = frozenset(
    {"email", "phone", "recipient", "recipient_name", "person_name", "given_by", "asked_by"}
)
#: The same where the row is about a person: elsewhere these words belong to companies and things.
_PERSONS_KEYS = PERSONAL_KEYS | {"name", "job_title", "contact", "given_title"}
_ABOUT_PEOPLE = frozenset({"person", "contact", "invitation", "role-request", "master-change"})
ERASED = "[erased]"


def hide_personal(
    details: Mapping[str, object], *, subject_kind: str, hide: Callable[[str], object]
) -> dict[str, object]:
    """Return details in which every text that names or reaches a person is replaced by what ``hide`` returns for it."""
    keys = _PERSONS_KEYS if subject_kind in _ABOUT_PEOPLE else PERSONAL_KEYS
    return {
        key: _hidden(value, is_personal=key in keys, keys=keys, hide=hide) for key, value in details.items()
    }


def _hidden(
    value: object, *, is_personal: bool, keys: frozenset[str], hide: Callable[[str], object]
) -> object:
    if isinstance(value, Mapping):
        return {
            str(key): _hidden(one, is_personal=key in keys, keys=keys, hide=hide)
            for key, one in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_hidden(one, is_personal=is_personal, keys=keys, hide=hide) for one in value]
    return hide(value) if is_personal and isinstance(value, str) and value else value


def personal_token(value: object) -> str | None:
    """Return the token of a hidden text, or None for anything else."""
    if isinstance(value, Mapping) and value.keys() == {"personal", "sha256"}:
        return str(value["personal"])
    return None


def tokens_in(value: object) -> Iterator[str]:
    """Yield the tokens of all hidden texts within details."""
    token = personal_token(value)
    if token is not None:
        yield token
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from tokens_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from tokens_in(one)


def show_personal(value: Any, known: Mapping[str, str]) -> Any:
    """Return details with hidden texts shown again; what was erased says so."""
    token = personal_token(value)
    if token is not None:
        return known.get(token, ERASED)
    if isinstance(value, Mapping):
        return {key: show_personal(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [show_personal(one, known) for one in value]
    return value


def personal_digest(salt: str, value: str) -> str:
    """Return the digest that stands in the row for a hidden text: it proves the text as long as the salt is there."""
    return sha256(f"{salt}|{value}".encode()).hexdigest()


def chain_hash(*, version: int, number: int, previous_hash: str, body: str) -> str:
    """Return the hash of a row: number, version, previous hash and body are all covered."""
    return sha256(f"{version}|{number}|{previous_hash}|{body}".encode()).hexdigest()
