"""Break the seal of an account for the day nobody else can get in: who, why, for one hour."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField, StringField, TextAreaField

from portal.access import WrongPassword
from portal.errors import N_, Invalid
from portal.http.access import enter, public
from portal.http.door import seller_payload
from portal.http.entry import page_values
from portal.http.forms import Form, at_most, needed
from portal.http.unit import unit
from portal.http.words import say
from portal.roles import Opening, break_seal

bp = Blueprint("break_glass", __name__)


class OpenForm(Form):
    """What breaks a seal."""

    email = EmailField(N_("E-mail of the account"), [needed(), at_most(254)])
    secret = PasswordField(N_("Secret from the envelope"), [needed(), at_most(200)])
    opened_by = StringField(N_("Your name"), [needed(), at_most(120)])
    reason = TextAreaField(N_("Why nobody else can do it"), [needed(), at_most(2000)])


def _page(form: OpenForm, refused: str | None = None) -> str:
    return render_template("portal/sign_in/break_glass.html", **page_values(form=form, refused=refused))


@bp.get("/break-glass")
@public
def show() -> str:
    return _page(OpenForm(formdata=None))


@bp.post("/break-glass")
@public
def open_account() -> ResponseReturnValue:
    g, form = unit(), OpenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    opening = Opening(
        email=form.email.data, secret=form.secret.data, opened_by=form.opened_by.data, reason=form.reason.data,
        address=request.remote_addr or "", device=request.user_agent.string, request_id=g.request_id,
    )  # fmt: skip
    try:
        token = break_seal(
            g.database, opening, cost=g.settings.password_cost, seller=seller_payload(), now=g.now
        )
    except WrongPassword as refusal:
        return _page(form, say(refusal)), 422
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    enter(token)
    return redirect("/admin/", 303)
