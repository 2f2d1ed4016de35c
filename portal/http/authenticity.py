"""The auditor's authenticity panel in words: who answered, as what, how, when, from where, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.confirmations import Authenticity
from portal.customers import DOMAIN_LABELS
from portal.errors import N_
from portal.http.devices import device_name
from portal.http.frame import ROLE_NAMES
from portal.http.words import _, words

METHODS = {
    "password": N_("Password"),
    "passkey": N_("Passkey"),
    "totp": N_("Password and code"),
    "password+totp": N_("Password and code"),
    "password+code": N_("Password and code"),
    "password+recovery": N_("Password and recovery code"),
    "oidc": N_("Single sign-on"),
    "oidc+code": N_("Single sign-on and code"),
    "oidc+recovery": N_("Single sign-on and recovery code"),
    "recovery": N_("Password and recovery code"),
    "on-behalf": N_("Recorded by us"),
    "mail-code": N_("Code by mail"),
}
#: Verdict of the mail domain → kind of chip.
DOMAIN_CHIPS = {"match": "confirmed", "mismatch": "disputed", "free-mail": "overdue", "unknown": "note"}


@dataclass(frozen=True, slots=True)
class AuthenticityPanel:
    """What the template parts/authenticity.html draws."""

    facts: list[tuple[str, str]]
    domain: tuple[str, str]
    domain_note: str
    steps: list[tuple[str, str]]
    acts: list[dict[str, Any]]
    is_electronic: bool
    is_flagged: bool


def method_words(method: str) -> str:
    """Return how somebody signed in, in words."""
    return _(METHODS[method]) if method in METHODS else method


def roles_words(roles: str) -> str:
    """Return the roles held when an act was done, in words."""
    return _(", ").join(_(ROLE_NAMES[role]) for role in roles.split() if role in ROLE_NAMES) or "—"


def authenticity_panel(found: Authenticity) -> AuthenticityPanel:
    """Return the panel of a signature."""
    return AuthenticityPanel(
        facts=_facts(found), domain=(DOMAIN_CHIPS[found.domain], _(DOMAIN_LABELS[found.domain])),
        domain_note=_domain_note(found), steps=_steps(found), acts=_acts(found),
        is_electronic=found.signature.is_electronic, is_flagged=found.is_flagged,
    )  # fmt: skip


def _facts(found: Authenticity) -> list[tuple[str, str]]:
    one = found.signature
    if not one.is_electronic:
        return [
            (_("Answer given by"), f"{one.person_name} · {one.job_title}"),
            (_("Recorded by"), one.recorded_by),
            (_("Approved by"), one.approved_by),
            (_("Time, with offset"), one.local_time),
        ]
    terms, code = found.terms, str(one.evidence.get("code", ""))
    return [
        (_("Who"), f"{one.person_name} · {one.job_title}"),
        (_("Role"), roles_words(one.role)),
        (_("Authority"), one.authority or _("none stated")),
        (_("Signed in with"), method_words(one.method)),
        (_("Code by mail"), _("right, %(moment)s", moment=code) if code else _("not asked for")),
        (_("Time, with offset"), one.local_time),
        (_("Time, UTC"), one.signed_at.isoformat(timespec="seconds")),
        (_("Internet address"), one.address),
        (_("Device"), device_name(one.device)),
        (_("Mail address"), one.person_email),
        (_("Terms accepted"), _("version %(version)s", version=terms["version"]) if terms else "—"),
        (_("Fingerprint of the statement"), one.statement_hash),
        (_("Signed before for this customer"), str(found.signed_before)),
    ]


def _domain_note(found: Authenticity) -> str:
    known = _(", ").join(found.known_domains)
    if found.domain != found.domain_now:
        return _(
            "Domains were entered afterwards: now %(verdict)s.", verdict=_(DOMAIN_LABELS[found.domain_now])
        )
    return _("Known domains: %(domains)s", domains=known) if known else ""


def _steps(found: Authenticity) -> list[tuple[str, str]]:
    tr = words()
    if not found.invitations:
        return []
    return [
        (
            tr.day(one.sent_at.date()),
            _("invited by %(name)s", name=one.invited_by or "—")
            + (" · " + _("accepted %(day)s", day=one.accepted_at.date()) if one.accepted_at else "")
            + (" · " + _("taken back") if one.is_revoked else ""),
        )
        for one in found.invitations
    ]


def _acts(found: Authenticity) -> list[dict[str, Any]]:
    return [
        {
            "at": act.local_time, "who": act.name or "—", "role": roles_words(act.role), "text": act.text,
            "how": method_words(act.method), "where": act.address,
        }
        for act in found.acts
    ]  # fmt: skip
