"""The page of a customer's sign-ins, shared by the customer's own administrator and by staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField

from portal.access import (
    CUSTOMER_ROLES,
    CompanyPerson,
    Permission,
    end_company_sign_ins,
    list_company_people,
    list_invitations,
    resend_invitation,
    revoke_invitation,
)
from portal.customers import (
    ColleagueDraft,
    change_colleague,
    invite_colleague,
    list_role_requests,
)
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.http.door import seller_payload
from portal.http.forms import Form, at_most, needed, options
from portal.http.frame import ROLE_NAMES
from portal.http.unit import Unit, unit
from portal.http.words import _, say

#: The roles that each side gives here.
OFFERED = {"customer": ("viewer", "confirmer"), "staff": CUSTOMER_ROLES}
ROLE_HINTS = {
    "viewer": N_("Sees statements, open items and disputes."),
    "confirmer": N_("Also confirms, disputes and signs for the company."),
    "customer-admin": N_("Sees all and manages the sign-ins of the company."),
}


class InviteForm(Form):
    """Someone who shall sign in for the company."""

    name = StringField(N_("Name"), [needed(), at_most(120)])
    email = StringField(
        N_("E-mail"),
        [needed(), at_most(254)],
        description=N_("The invitation goes there; it works once, for 72 hours."),
    )
    role = RadioField(N_("Role"), choices=[], default="viewer")
    language = RadioField(
        N_("Language of the mail"), choices=options([("zh", "中文"), ("en", "English")]), default="zh"
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the page stands.

    Attributes:
        customer_id: The company.
        template: ``portal/people/index.html`` or ``admin/customers/people.html``.
        base: Address of the page; its acts stand below it.
        shown: Further values of the template.
    """

    customer_id: int
    template: str
    base: str
    shown: dict[str, Any]


def people_page(desk: Desk, form: InviteForm | None = None, refused: str = "") -> ResponseReturnValue:
    """Return the page: people with roles, invitations, what waits for a second person, and the form to invite."""
    g = unit()
    may_edit = g.actor.may(Permission.PEOPLE_COMPANY)
    form = form or invite_form(g)
    context = {
        "people": list_company_people(g.session, customer_id=desk.customer_id, actor=g.actor, now=g.now),
        "invitations": _invitations(g, desk) if may_edit else (),
        "requests": list_role_requests(g.session, customer_id=desk.customer_id, actor=g.actor) if may_edit else (),
        "form": form, "may_edit": may_edit, "base": desk.base, "refused": refused, "role_names": ROLE_NAMES,
        "role_hints": ROLE_HINTS, "offered": OFFERED[g.actor.side], "is_staff": g.actor.is_staff,
    }  # fmt: skip
    return render_template(desk.template, **context, **desk.shown), 422 if refused else form.status


def invite_form(g: Unit, *, is_sent: bool = False) -> InviteForm:
    """Return the form, empty or as sent, with the roles this side may give."""
    form = InviteForm() if is_sent else InviteForm(formdata=None, language=g.actor.language)
    form.role.choices = [(role, _(ROLE_NAMES[role])) for role in OFFERED[g.actor.side]]
    return form


def _invitations(g: Unit, desk: Desk) -> tuple[Any, ...]:
    return list_invitations(g.session, customer_id=desk.customer_id, actor=g.actor, now=g.now)


def invite(desk: Desk) -> ResponseReturnValue | None:
    """Invite as the form says; None = done, else the page with what was refused."""
    g = unit()
    form = invite_form(g, is_sent=True)
    if not form.validate():
        return people_page(desk, form)
    draft = ColleagueDraft(form.email.data, form.name.data, form.role.data, form.language.data)
    try:
        done = invite_colleague(
            g.session,
            customer_id=desk.customer_id,
            draft=draft,
            seller=seller_payload(),
            actor=g.actor,
            now=g.now,
        )
    except (Invalid, Conflict, NotAllowed) as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return people_page(desk, form)
    _say_outcome(done, _("The invitation is under way to %(email)s.", email=draft.email))
    return None


def change(desk: Desk, person: str) -> ResponseReturnValue | None:
    """Give someone the ticked roles, or none; None = done, else the page with what was refused."""
    g = unit()
    is_removal = request.form.get("act") == "remove"
    roles = frozenset[str]() if is_removal else frozenset(request.form.getlist("role"))
    if not roles and not is_removal:
        return people_page(desk, refused=_("Tick at least one role, or remove the person."))
    try:
        done = change_colleague(
            g.session, customer_id=desk.customer_id, person=person, roles=_with_unseen(g, desk, person, roles),
            is_for_group=bool(request.form.get("is_for_group")), actor=g.actor, now=g.now,
        )  # fmt: skip
    except (Invalid, Conflict, NotAllowed) as refusal:
        g.session.rollback()
        return people_page(desk, refused=say(refusal))
    _say_outcome(done, _("Removed.") if not roles else _("Saved. It counts from now on; they sign in anew."))
    return None


def _with_unseen(g: Unit, desk: Desk, person: str, roles: frozenset[str]) -> frozenset[str]:
    """Keep the roles a customer's administrator neither gives nor takes, unless the person is removed."""
    if g.actor.is_staff or not roles:
        return roles
    found: tuple[CompanyPerson, ...] = list_company_people(
        g.session, customer_id=desk.customer_id, actor=g.actor, now=g.now
    )
    held = next((one.roles for one in found if one.public_id == person), ())
    return roles | (frozenset(held) - frozenset(OFFERED["customer"]))


def sign_out(desk: Desk, person: str) -> None:
    """End the browsers in which someone acts for the company."""
    g = unit()
    end_company_sign_ins(g.session, person=person, customer_id=desk.customer_id, actor=g.actor, now=g.now)
    flash(_("Signed out everywhere for this company."), "done")


def move_invitation(public_id: str, act: str) -> None:
    """Send an invitation again, or take it back."""
    g = unit()
    if act == "resend":
        resend_invitation(g.session, public_id=public_id, seller=seller_payload(), actor=g.actor, now=g.now)
        flash(_("Sent again with a new link; the old one no longer works."), "done")
        return
    revoke_invitation(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Taken back; its link no longer works."), "done")


def _say_outcome(done: str, text: str) -> None:
    if done == "waits":
        flash(_("A second person at the seller must agree first. It is on its way to them."), "wait")
    else:
        flash(text, "done")
