"""``access``: who may do what, for those who must look at it again."""

from __future__ import annotations

from typing import Any

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.clock import business_day, utc_now
from portal.ledger import entity_view
from portal.lists import ListQuery
from portal.policies import current_policy
from portal.roles import GrantView, HoldingView, double_hatted, list_access_review, list_rotation


@click.group()
def access() -> None:
    """Roles: the access review and the rotation of portfolios."""


@access.command()
@click.option(
    "--overdue", "only_overdue", is_flag=True, help="Only what is overdue; exit 1 when there is any."
)
@as_json
def review(*, only_overdue: bool, as_json: bool) -> None:
    """List every role: who granted it, when, last use, reviewer, done or overdue.

    Example: ./concord access review --json
    """
    _settings, database = open_database()
    now = utc_now()
    with database.reading() as session:
        days = current_policy(
            session, on=business_day(now, entity_view(session).time_zone)
        ).access_review_days
        query = ListQuery(per_page=0, tab="overdue" if only_overdue else "all")
        page = list_access_review(session, query=query, days=days, actor=console_actor(), now=now)
        team = double_hatted(session)
    grants = [_grant(row) for row in page.rows]
    counts = {tab.key.replace("-", "_"): tab.count for tab in page.tabs}
    facts = {
        "cycle_days": days, "counts": counts, "grants": grants,
        "prepare_and_approve": {"people": list(team.names), "team": team.team, "is_allowed": team.is_allowed},
    }  # fmt: skip
    text = "\n".join(_line(row) for row in grants) or "nothing to look at"
    answer(facts, as_json=as_json, text=text)
    if only_overdue and grants:
        click.get_current_context().exit(1)


def _grant(row: GrantView) -> dict[str, Any]:
    return {
        "person": row.person, "email": row.email, "role": row.role, "customer_no": row.customer_no or None,
        "portfolio": row.portfolio, "departments": list(row.departments),
        "limits": [
            {
                "currency": one.currency, "act": one.act.decimal_text if one.act else None,
                "day": one.day.decimal_text if one.day else None,
            }
            for one in row.limits
        ],
        "ends_at": row.ends_at.isoformat() if row.ends_at else None, "granted_at": row.granted_at.isoformat(),
        "granted_by": row.granted_by or "console", "approved_by": row.approved_by or None,
        "last_used_at": row.last_seen_at.isoformat() if row.last_seen_at else None, "reviewer": row.reviewer or None,
        "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None, "decision": row.decision or None,
        "due_at": row.due_at.isoformat(), "state": row.review,
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    customer = f" {row['customer_no']}" if row["customer_no"] else ""
    return f"{row['state']:8} {row['email']}  {row['role']}{customer}  due {row['due_at'][:10]}"


@access.command()
@click.option(
    "--overdue", "only_overdue", is_flag=True, help="Only what is overdue; exit 1 when there is any."
)
@as_json
def rotation(*, only_overdue: bool, as_json: bool) -> None:
    """List customers with their owners and how long they have been held.

    Example: ./concord access rotation --overdue
    """
    _settings, database = open_database()
    now = utc_now()
    with database.reading() as session:
        days = current_policy(session, on=business_day(now, entity_view(session).time_zone)).rotation_days
        query = ListQuery(per_page=0, tab="overdue" if only_overdue else "all")
        page = list_rotation(session, query=query, days=days, actor=console_actor(), now=now)
    held = [_holding(row) for row in page.rows]
    text = "\n".join(f"{row['days']:5} {row['owner']}  {row['customer_no']}" for row in held)
    answer({"rotation_days": days, "portfolios": held}, as_json=as_json, text=text or "nothing is overdue")
    if only_overdue and held:
        click.get_current_context().exit(1)


def _holding(row: HoldingView) -> dict[str, Any]:
    return {
        "owner": row.owner, "customer_no": row.customer_no, "since": row.since.isoformat(), "days": row.days,
        "is_overdue": row.is_overdue,
    }  # fmt: skip
