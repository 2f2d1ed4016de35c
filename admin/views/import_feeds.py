"""Expected files: which come how often, which are late; and customers that may have been entered twice."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange

from portal.access import Permission
from portal.customers import customers_by_number
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options
from portal.http.unit import unit
from portal.http.words import _
from portal.imports import (
    DUPLICATE_REASONS,
    RHYTHM_LABELS,
    add_feed,
    profile_names,
    set_feed_active,
    suspected_duplicates,
)

bp = Blueprint("admin_import_feeds", __name__, url_prefix="/admin/imports")


class FeedForm(Form):
    """A file that is expected again and again."""

    name = StringField(
        N_("Name"), [needed(), at_most(60)], description=N_("Also the name of its folder in the inbox.")
    )
    profile = SelectField(N_("Layout of the file"), [needed()])
    rhythm = SelectField(N_("How often it comes"), [needed()], choices=options(RHYTHM_LABELS.items()))
    grace_days = IntegerField(
        N_("Days of grace"),
        [needed(), NumberRange(0, 31, N_("Enter a number of days between 0 and 31."))],
        default=0,
    )


def _form() -> FeedForm:
    form = FeedForm()
    names = profile_names(unit().session, record="documents")
    form.profile.choices = options([(name, _(title)) for name, title in names.items()])
    return form


@bp.get("/expected/new")
@requires(Permission.IMPORTS_RUN)
def new() -> ResponseReturnValue:
    return render_template("admin/imports/feed.html", form=_form())


@bp.post("/expected/new")
@requires(Permission.IMPORTS_RUN)
def add() -> ResponseReturnValue:
    g, form = unit(), _form()
    if not form.validate():
        return render_template("admin/imports/feed.html", form=form), 422
    try:
        add_feed(
            g.session, name=form.name.data, profile=form.profile.data, rhythm=form.rhythm.data,
            grace_days=form.grace_days.data, actor=g.actor, now=g.now,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return render_template("admin/imports/feed.html", form=form), 422
    flash(_("Saved."), "done")
    return redirect(url_for("admin_imports.index"), 303)


@bp.post("/expected/<public_id:public_id>")
@requires(Permission.IMPORTS_RUN)
def switch(public_id: str) -> ResponseReturnValue:
    g = unit()
    is_active = request.form.get("active") == "yes"
    set_feed_active(g.session, public_id=public_id, is_active=is_active, actor=g.actor, now=g.now)
    flash(_("Saved."), "done")
    return redirect(url_for("admin_imports.index"), 303)


@bp.get("/duplicates")
@requires(Permission.CUSTOMERS_READ)
def duplicates() -> ResponseReturnValue:
    g = unit()
    pairs = suspected_duplicates(g.session, actor=g.actor)
    numbers = sorted({one.key for pair in pairs for one in (pair.first, pair.second)})
    return render_template(
        "admin/imports/duplicates.html", pairs=pairs, customers=customers_by_number(g.session, numbers),
        reasons=DUPLICATE_REASONS,
    )  # fmt: skip
