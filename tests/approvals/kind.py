"""A kind of approval for tests: it notes what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind
from portal.errors import NotAllowed
from portal.money import Money

SUBJECT = "s" * 22
CONTENT = {"amount": Money(100_00, "CNY"), "reason": "billed twice"}


class Told:
    """What the kind's verbs were told, and the content as it is now."""

    def __init__(self) -> None:
        """Register a fresh kind ``tests.post``."""
        self.calls: list[str] = []
        self.content: Mapping[str, Any] = dict(CONTENT)
        self.limit_minor = 1_000_00
        register_kind(ApprovalKind("tests.post", self._run, self._content, self._back, check=self._check))

    def _run(self, session: Session, request: Request, actor: Actor, now: datetime) -> None:
        self.calls.append(f"run by {actor.name}")

    def _back(self, session: Session, request: Request, actor: Actor, now: datetime) -> None:
        self.calls.append(request.state)

    def _content(self, session: Session, subject_id: str) -> Mapping[str, Any]:
        return self.content

    def _check(self, session: Session, request: Request, actor: Actor) -> None:
        if request.money is not None and request.money.minor > self.limit_minor:
            raise NotAllowed


def draft(**changes: Any) -> RequestDraft:
    """Return a request for a hundred yuan."""
    facts: dict[str, Any] = {
        "kind": "tests.post",
        "subject_kind": "adjustment",
        "subject_id": SUBJECT,
        "title": "Credit of 100.00",
        "content": CONTENT,
        "money": Money(100_00, "CNY"),
    }
    return RequestDraft(**(facts | changes))
