"""Changes of a customer's addresses and bank details: one proposes, another approves, the old address is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.customers.edit import locked_customer
from portal.customers.models import Contact, Customer, CustomerAccount, MasterChange
from portal.customers.notices import tell_of_account, tell_of_address
from portal.customers.pause import require_reason
from portal.customers.rules import require_account, require_email
from portal.errors import N_, Conflict, Invalid, NotFound

CHANGE_KIND = "customers.contact-change"
#: How long a changed address waits until mail goes there (R8).
QUIET = timedelta(hours=24)
CHANGE_LABELS = {
    "contact-email": N_("Change of a contact’s e-mail"),
    "bank-add": N_("New bank account"),
    "bank-end": N_("Bank account no longer used"),
}


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """A bank account of a customer as staff type it in."""

    account: str
    bank_name: str
    holder: str
    bic: str = ""


def propose_email(
    session: Session, *, public_id: str, email: str, reason: str, actor: Actor, now: datetime
) -> str:
    """Ask for another e-mail address of a contact; until a second person agrees nothing changes.

    Args:
        session: A writing session.
        public_id: The contact.
        email: The new address.
        reason: How we know: who told us, and how it was checked.
        actor: Needs ``customers:edit``.
        now: When.

    Returns:
        Public id of the change.

    Raises:
        NotAllowed: The actor may not edit customers, or is no person.
        NotFound: Unknown, or out of scope.
        Conflict: A change of this contact waits already, or another contact has the address.
        Invalid: The address cannot be used or is the same, or no reason.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    contact = session.scalars(
        select(Contact).where(Contact.public_id == public_id).with_for_update()
    ).one_or_none()
    if contact is None or not actor.sees(contact.customer_id):
        raise NotFound
    wanted = require_email(email)
    if wanted == contact.email:
        raise Invalid(N_("This is the address we have."), field="email")
    _require_free(session, contact, wanted)
    _require_none_waiting(session, MasterChange.contact_id == contact.id)
    change = MasterChange(
        customer_id=contact.customer_id, kind="contact-email", contact_id=contact.id,
        before={"contact": contact.name, "email": contact.email}, after={"contact": contact.name, "email": wanted},
        reason=require_reason(reason), proposed_by_id=actor.person_id or 0, proposed_at=now,
    )  # fmt: skip
    return _propose(session, change, actor=actor, now=now)


def propose_account(
    session: Session, *, customer: str, draft: AccountDraft, reason: str, actor: Actor, now: datetime
) -> str:
    """Ask for a new bank account of a customer (public id); refunds and matching use it when a second person agrees.

    Raises:
        NotAllowed: The actor may not edit customers, or is no person.
        NotFound: Unknown, or out of scope.
        Conflict: The account is there or waits already.
        Invalid: Account, bank or holder cannot be used, or no reason.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    row = locked_customer(session, customer, actor=actor)
    after = _account_values(draft)
    if session.scalar(_in_use(row.id).where(CustomerAccount.account == after["account"])) is not None:
        raise Conflict(N_("This account is in the list already."))
    waiting = select(MasterChange).where(
        MasterChange.customer_id == row.id, MasterChange.kind == "bank-add", MasterChange.state == "pending"
    )
    if any(one.after["account"] == after["account"] for one in session.scalars(waiting)):
        raise Conflict(N_("This already waits for a second person."))
    known = [{"account": one.account, "bank_name": one.bank_name} for one in session.scalars(_in_use(row.id))]
    change = MasterChange(
        customer_id=row.id, kind="bank-add", before={"accounts": known}, after=after, reason=require_reason(reason),
        proposed_by_id=actor.person_id or 0, proposed_at=now,
    )  # fmt: skip
    return _propose(session, change, actor=actor, now=now)


def propose_account_end(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> str:
    """Ask to use a bank account (public id) no longer.

    Raises:
        NotAllowed: The actor may not edit customers, or is no person.
        NotFound: Unknown, ended, or out of scope.
        Conflict: It waits already.
        Invalid: No reason.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    found = session.scalars(
        select(CustomerAccount).where(CustomerAccount.public_id == public_id)
    ).one_or_none()
    if found is None or found.ended_at is not None or not actor.sees(found.customer_id):
        raise NotFound
    facts = {
        "public_id": found.public_id, "account": found.account, "bank_name": found.bank_name, "holder": found.holder,
        "bic": found.bic,
    }  # fmt: skip
    waiting = select(MasterChange).where(
        MasterChange.customer_id == found.customer_id,
        MasterChange.kind == "bank-end",
        MasterChange.state == "pending",
    )
    if any(one.before["public_id"] == public_id for one in session.scalars(waiting)):
        raise Conflict(N_("This already waits for a second person."))
    change = MasterChange(
        customer_id=found.customer_id, kind="bank-end", before=facts, after={}, reason=require_reason(reason),
        proposed_by_id=actor.person_id or 0, proposed_at=now,
    )  # fmt: skip
    return _propose(session, change, actor=actor, now=now)


def _account_values(draft: AccountDraft) -> dict[str, str]:
    values = {
        "account": require_account(draft.account), "bank_name": draft.bank_name.strip()[:120],
        "holder": draft.holder.strip()[:200], "bic": draft.bic.replace(" ", "").upper()[:11],
    }  # fmt: skip
    for field in ("bank_name", "holder"):
        if not values[field] or not values[field].isprintable():
            raise Invalid(N_("This is needed."), field=field)
    if values["bic"] and not (values["bic"].isalnum() and len(values["bic"]) in {8, 11}):
        raise Invalid(N_("A BIC has 8 or 11 letters and digits."), field="bic")
    return values


def _in_use(customer_id: int) -> Any:
    return select(CustomerAccount).where(
        CustomerAccount.customer_id == customer_id, CustomerAccount.ended_at.is_(None)
    )


def _require_free(session: Session, contact: Contact, email: str) -> None:
    taken = select(Contact.id).where(
        Contact.customer_id == contact.customer_id,
        Contact.email == email,
        Contact.is_active,
        Contact.id != contact.id,
    )
    if session.scalar(taken) is not None:
        raise Conflict(N_("This customer has a contact with the address %(email)s already."), email=email)


def _require_none_waiting(session: Session, which: Any) -> None:
    if session.scalar(select(MasterChange.id).where(which, MasterChange.state == "pending")) is not None:
        raise Conflict(N_("This already waits for a second person."))


def _propose(session: Session, change: MasterChange, *, actor: Actor, now: datetime) -> str:
    session.add(change)
    session.flush()
    customer = session.get_one(Customer, change.customer_id)
    request_approval(
        session,
        RequestDraft(
            kind=CHANGE_KIND, subject_kind="master-change", subject_id=change.public_id, customer_id=change.customer_id,
            title=customer.number, content=_content(change), effect={"before": change.before, "after": change.after},
            note=change.reason,
        ),
        actor=actor, now=now,
    )  # fmt: skip
    return change.public_id


def _content(change: MasterChange) -> dict[str, Any]:
    return {"kind": change.kind, "before": change.before, "after": change.after, "reason": change.reason}


def _content_of(session: Session, subject_id: str) -> Mapping[str, Any]:
    return _content(_row(session, subject_id))


def _row(session: Session, public_id: str) -> MasterChange:
    return session.scalars(
        select(MasterChange).where(MasterChange.public_id == public_id).with_for_update()
    ).one()


def _apply(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    """Do what was agreed, tell the old address, and record it."""
    change = _row(session, request.subject_id)
    change.state, change.decided_by_id, change.decided_at = "approved", actor.person_id, now
    session.flush()
    if change.kind == "contact-email":
        contact = session.get_one(Contact, change.contact_id)
        if contact.email != change.before["email"]:
            raise Conflict
        _require_free(session, contact, change.after["email"])
        contact.previous_email, contact.email_from_at = contact.email, now + QUIET
        contact.email = change.after["email"]
        session.flush()
        tell_of_address(session, contact, change_id=change.public_id, from_at=now + QUIET, now=now)
        _record(session, change, "contacts.address-changed", contact.public_id, actor=actor, now=now)
        return
    if change.kind == "bank-add":
        made = CustomerAccount(
            customer_id=change.customer_id, change_id=change.id, added_at=now, **change.after
        )
        session.add(made)
        session.flush()
        public_id = made.public_id
    else:
        public_id = change.before["public_id"]
        session.scalars(
            select(CustomerAccount).where(CustomerAccount.public_id == public_id)
        ).one().ended_at = now
        session.flush()
    tell_of_account(session, change, now=now)
    _record(session, change, "customers.account-changed", public_id, actor=actor, now=now)


def _record(
    session: Session, change: MasterChange, event: str, subject_id: str, *, actor: Actor, now: datetime
) -> None:
    kind = "contact" if change.kind == "contact-email" else "customer-account"
    audit.record(
        session, event, subject_kind=kind, subject_id=subject_id, customer_id=change.customer_id,
        details={"change": change.public_id, "kind": change.kind, "before": change.before, "after": change.after},
        actor=actor, now=now,
    )  # fmt: skip


def _refused(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    change = _row(session, request.subject_id)
    change.state, change.decided_at = request.state, now
    change.decided_by_id = actor.person_id if actor.person_id != change.proposed_by_id else None
    session.flush()


register_kind(ApprovalKind(kind=CHANGE_KIND, run=_apply, content_of=_content_of, on_rejected=_refused))
