"""Step-up: an act that matters asks for a fresh proof, and keeps what was typed until it has one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Proof, is_recent, own_factors, prove_again
from portal.clock import business_day
from portal.errors import N_, Invalid, NotAllowed
from portal.http.access import safe_next, wants_json
from portal.http.entry import page_values, site
from portal.http.frame import entity, read
from portal.http.unit import READS, unit
from portal.http.words import _, say
from portal.policies import Policy, current_policy

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
#: Fields of the proof itself; everything else in the form is handed on unchanged.
_OWN = frozenset({"csrf_token", "form_number", "proof_password", "proof_code", "proof_passkey"})
NEEDED = N_("Please prove again that it is you.")


def requires_recent_proof(view: View[P]) -> View[P]:
    """Let a view run only within fifteen minutes of a proof: password, code or passkey.

    A form sent without one gets the page that asks for it, holding every field; its answer comes back to the same
    address together with them. Programs get 403 with the reason. Stands below ``requires``.
    """
    return requires_recent_proof_when(lambda: True)(view)


def requires_recent_proof_when(is_needed: Callable[[], bool]) -> Callable[[View[P]], View[P]]:
    """Let a view run only with a recent proof in the cases that ``is_needed`` names, e.g. where the policy says so.

    It is asked before the request's session is opened, and must not open it.
    """

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def proved(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            refused = demand_proof() if is_needed() else None
            return refused if refused is not None else view(*args, **kwargs)

        return proved

    return mark


def house_policy() -> Policy:
    """Return the policy of today's business day, read in a session of its own where the request writes."""
    today = business_day(unit().now, entity().time_zone)
    return read(lambda session: current_policy(session, on=today))


def demand_proof() -> ResponseReturnValue | None:
    """Return what stands before an act that needs a fresh proof; None = there is one."""
    g = unit()
    if g.signed_in is None or g.actor.person_id is None:
        raise NotAllowed
    if is_recent(g.signed_in.proved_at, g.now):
        return None
    if request.method in READS:
        return redirect(url_for("sign_in.step_up", next=request.full_path.rstrip("?")))
    given = given_proof()
    if given is not None:
        try:
            check_proof(given)
        except Invalid as refusal:
            return proof_page(say(refusal)), 422
        return None
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        target = safe_next(page.path, "/")
        return Response(status=204, headers={"HX-Redirect": url_for("sign_in.step_up", next=target)})
    if wants_json():
        return jsonify({"error": "proof_needed", "message": _(NEEDED), "id": g.request_id}), 403
    return proof_page(), 403


def given_proof() -> Proof | None:
    """Return the proof that came with the form, or None."""
    proof = Proof(
        request.form.get("proof_password", ""), request.form.get("proof_code", ""),
        request.form.get("proof_passkey", ""),
    )  # fmt: skip
    return proof if proof.password or proof.code or proof.passkey else None


def check_proof(proof: Proof) -> None:
    """Check a proof and note it at the sign-in.

    Raises:
        Invalid: It does not prove the person.
        Throttled: Too many wrong ones.
    """
    g = unit()
    assert g.signed_in is not None
    prove_again(
        g.database, proof, person_id=g.actor.person_id or 0, sign_in=g.signed_in.public_id, site=site(),
        cost=g.settings.password_cost, now=g.now,
    )  # fmt: skip


def proof_page(refused: str = "", *, action: str = "") -> str:
    """Return the page that asks; the fields that came in are in it."""
    g = unit()
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    factors = read(lambda session: own_factors(session, actor=g.actor))
    return render_template(
        "portal/sign_in/step_up.html",
        **page_values(
            kept=kept, factors=factors, refused=refused, action=action or request.full_path.rstrip("?"),
        ),
    )  # fmt: skip
