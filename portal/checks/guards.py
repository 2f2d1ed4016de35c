"""Checks that the guards inside the database are there, and that posted figures are those that were recorded."""

from __future__ import annotations

import json

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import portal.models  # noqa: F401 - every feature adds its guards
from portal.audit.models import AuditRow
from portal.checks.probe import Finding, found
from portal.db import TRIGGERS
from portal.money import minor_to_text
from portal.receivables.models import Document


def guards(session: Session) -> Finding:
    """Inv3: every guard that the program knows stands in the database, unchanged and switched on."""
    there = _guards_there(session)
    problems = []
    for trigger in TRIGGERS:
        wanted = trigger.sql(session.get_bind().dialect.name)[0]
        if trigger.name not in there:
            problems.append(f"guard {trigger.name} on {trigger.table} is missing or switched off")
        elif _body(there[trigger.name]) not in _body(wanted):
            problems.append(f"guard {trigger.name} on {trigger.table} was changed")
    return found("Inv3", len(TRIGGERS), problems)


def _body(sql: str) -> str:
    return " ".join(sql.split())


def _guards_there(session: Session) -> dict[str, str]:
    if session.get_bind().dialect.name == "sqlite":
        rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    else:
        rows = session.execute(
            text(
                "SELECT t.tgname AS name, p.prosrc AS sql FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
                "AND c.relnamespace = current_schema()::regnamespace"
            )
        )
    return {row.name: row.sql for row in rows}


def posted_figures(session: Session) -> Finding:
    """Inv3: number, kind, amount and posting date of every document are those its audit row recorded."""
    rows = session.execute(
        select(
            Document.document_no, Document.kind, Document.currency, Document.amount_minor, Document.posting_on,
            AuditRow.body,
        )
        .join(
            AuditRow,
            (AuditRow.subject_kind == "document") & (AuditRow.subject_id == Document.public_id)
            & (AuditRow.event == "documents.posted"),
        )
        .order_by(Document.id)
        .execution_options(yield_per=2000)
    )  # fmt: skip
    checked, problems = 0, []
    for row in rows:
        checked += 1
        recorded = json.loads(row.body)["details"]
        now_there = {
            "number": row.document_no, "kind": row.kind, "currency": row.currency,
            "amount": minor_to_text(row.amount_minor, row.currency), "posting_on": row.posting_on.isoformat(),
        }  # fmt: skip
        problems += [
            f"{row.kind} {row.document_no}: {key} is {value}, recorded was {recorded.get(key)}"
            for key, value in now_there.items()
            if recorded.get(key) != value
        ]
    return found("Inv3", checked, problems)
