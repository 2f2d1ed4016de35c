"""A statement's frozen content as JSON, and the hash of it: the same for every reader, language and database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from portal.db import canonical_json
from portal.money import minor_to_text

FIGURES = ("opening", "invoiced", "received", "credited", "closing", "due_now", "overdue")
BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d91_120", "d120_plus", "unapplied")

#: Zeros, and amounts that are wholly open, come again and again in a run.
_text = lru_cache(maxsize=4096)(minor_to_text)
#: no, document number, kind, document date, due date, amount in minor units, open amount in minor units
LineFacts = tuple[int, str, str, date | None, date | None, int, int]


def frozen_content(
    *,
    entity: str,
    customer_no: str,
    currency: str,
    kind: str,
    period: tuple[date, date],
    minor: Mapping[str, int],
    lines: Iterable[LineFacts],
) -> dict[str, Any]:
    """Return what a statement says, without what changes later (state, version, answers) or names it (public id).

    Args:
        entity: Code of the legal entity.
        customer_no: The customer's number.
        currency: ISO 4217.
        kind: One of ``KINDS``.
        period: First day, and the day after the last.
        minor: ``FIGURES`` and ``BUCKETS`` in minor units, positive = the customer owes.
        lines: Line 0 (opening balance) first.

    Returns:
        Plain JSON: amounts as decimal text, dates as ISO text, keys as in the Statement JSON of docs/reference.
    """
    content: dict[str, Any] = {key: _text(minor[key], currency) for key in FIGURES}
    content |= {
        "entity": entity,
        "customer_no": customer_no,
        "currency": currency,
        "kind": kind,
        "period": {"from": period[0].isoformat(), "until": period[1].isoformat()},
        "ageing": {key: _text(minor[key], currency) for key in BUCKETS},
        "lines": [
            {
                "no": no,
                "document_no": document_no,
                "kind": line_kind,
                "document_date": document_on.isoformat() if document_on else None,
                "due_date": due_on.isoformat() if due_on else None,
                "amount": _text(amount, currency),
                "open": _text(open_minor, currency),
            }
            for no, document_no, line_kind, document_on, due_on, amount, open_minor in lines
        ],
    }
    return content


def content_hash(content: Mapping[str, Any]) -> str:
    """Return SHA-256 (64 hex digits) over the canonical JSON of a frozen content.

    Public id, version, state and answers are left out, so that an unchanged month prepared again compares equal and
    anybody can compute the hash from the Statement JSON: take these four keys away (``answer`` of each line and
    ``hash`` itself too), sort the keys, write without spaces.
    """
    return sha256(canonical_json(content).encode()).hexdigest()


def answers_hash(answers: Iterable[tuple[int, str, int]]) -> str:
    """Return SHA-256 over (line number, answer, disputed minor units) of all lines: what a signer has seen."""
    return sha256(canonical_json([list(answer) for answer in answers]).encode()).hexdigest()
