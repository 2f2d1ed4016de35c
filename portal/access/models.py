"""Tables of people, their roles, sign-ins, deep links, throttles and the security log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.rules import ALL_ROLES, CUSTOMER_ROLES, SMALL_TEAM_BELOW
from portal.db import (
    Base,
    BigId,
    Json,
    Minor,
    PublicId,
    UtcDateTime,
    append_only,
    frozen,
    new_public_id,
    one_of,
    refuse,
)

#: full = signed in; code = the password was right, the second factor is missing; enrol = must set up a second factor
#: first; password = must change the password first.
SIGN_IN_STAGES = ("full", "code", "enrol", "password")


class Person(Base):
    """Someone who signs in; customers' people and staff alike."""

    __tablename__ = "people"
    __table_args__ = (one_of("language", ("zh", "en")), one_of("theme", ("auto", "light", "dark")))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    has_single_keys: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_sealed: Mapped[bool] = mapped_column(
        default=False
    )  # a break-glass account: opened with a reason or not at all
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # name and addresses are gone for ever
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


PORTFOLIOS = ("all", "own", "list")
_OF_CUSTOMERS = f"role IN ({', '.join(repr(role) for role in CUSTOMER_ROLES)})"


class Grant(Base):
    """A role held by a person, for one customer where the role is a customer's; a change is an end and a new one."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("role", ALL_ROLES),
        one_of("portfolio", PORTFOLIOS),
        CheckConstraint(f"(customer_id IS NOT NULL) = ({_OF_CUSTOMERS})", name="customer_where_needed"),
        # Nobody gives or takes a role of their own (rule R4); a staff role given by a person needs a second one.
        CheckConstraint(
            "(granted_by_id IS NULL OR granted_by_id <> person_id) AND "
            "(approved_by_id IS NULL OR approved_by_id <> person_id)",
            name="not_to_oneself",
        ),
        CheckConstraint(
            f"{_OF_CUSTOMERS} OR ended_by_id IS NULL OR ended_by_id <> person_id", name="not_from_oneself"
        ),
        CheckConstraint(
            f"{_OF_CUSTOMERS} OR granted_by_id IS NULL OR "
            "(approved_by_id IS NOT NULL AND approved_by_id <> granted_by_id)",
            name="two_people",
        ),
        Index("ix_grants_person", "person_id"),
        Index("ix_grants_customer", "customer_id"),
        Index(
            "uq_grants_staff", "person_id", "role", unique=True,
            sqlite_where=text("ended_at IS NULL AND customer_id IS NULL"),
            postgresql_where=text("ended_at IS NULL AND customer_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    is_for_group: Mapped[bool] = mapped_column(default=False)  # at the head of a group: for its members too
    entity_id: Mapped[int | None] = mapped_column(
        ForeignKey("legal_entities.id")
    )  # NULL = every legal entity
    portfolio: Mapped[str] = mapped_column(
        String(4), default="all"
    )  # own = customers they own; list = those named
    departments: Mapped[list[str]] = mapped_column(
        Json, default=list
    )  # of disputes; only for the role department
    sample_id: Mapped[int | None] = mapped_column(
        ForeignKey("samples.id")
    )  # what an external auditor may see
    reason: Mapped[str] = mapped_column(String(500), default="")
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id")
    )  # who asked for it; NULL = console
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # who said yes
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # over by itself from then on
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


frozen(
    "grants", "person_id", "role", "customer_id", "entity_id", "portfolio", "departments", "sample_id", "granted_at",
    "granted_by_id", "approved_by_id", "ends_at",
)  # fmt: skip
refuse(
    "grants", "UPDATE", "OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at",
    "grants: a role that ended stays ended",
)  # fmt: skip
_POWERS = "'security-admin', 'system-admin', 'auditor'"
_HELD = "SELECT 1 FROM grants held WHERE held.person_id = NEW.person_id AND held.ended_at IS NULL"
refuse(
    "grants", "INSERT",
    f"NEW.ended_at IS NULL AND ((NEW.role IN ({_POWERS}) AND EXISTS ({_HELD} AND held.role <> NEW.role "
    f"AND held.role IN ({_POWERS}, 'clerk', 'approver'))) OR (NEW.role IN ('clerk', 'approver') "
    f"AND EXISTS ({_HELD} AND held.role IN ({_POWERS}))))",
    "grants: these two roles exclude each other",
)  # fmt: skip
_TEAM = (
    "(SELECT count(DISTINCT team.person_id) FROM grants team JOIN people ON people.id = team.person_id "
    "WHERE team.ended_at IS NULL AND team.role IN ('clerk', 'approver') AND people.is_active)"
)
refuse(
    "grants", "INSERT",
    f"NEW.ended_at IS NULL AND NEW.role IN ('clerk', 'approver') AND EXISTS ({_HELD} AND held.role <> NEW.role "
    f"AND held.role IN ('clerk', 'approver')) AND {_TEAM} >= {SMALL_TEAM_BELOW}",
    "grants: clerk and approver are two people in a team of this size",
)  # fmt: skip


class GrantCustomer(Base):
    """A customer of the list a grant is limited to."""

    __tablename__ = "grant_customers"
    __table_args__ = (Index("ix_grant_customers_customer", "customer_id"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)


class GrantLimit(Base):
    """How much the holder of a grant may release alone in one currency: in one act, and in one day."""

    __tablename__ = "grant_limits"
    __table_args__ = (
        CheckConstraint(
            "(act_minor IS NULL OR act_minor >= 0) AND (day_minor IS NULL OR day_minor >= 0)",
            name="not_negative",
        ),
    )

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    act_minor: Mapped[int | None] = mapped_column(Minor)
    day_minor: Mapped[int | None] = mapped_column(Minor)


append_only("grant_customers")
append_only("grant_limits")


class SignIn(Base):
    """One signed-in browser: the cookie carries its random id, this row holds only the hash of it."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_person", "person_id"), one_of("stage", SIGN_IN_STAGES))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))  # the company being acted for
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stage: Mapped[str] = mapped_column(String(8), default="full")
    proved_at: Mapped[datetime] = mapped_column(
        UtcDateTime
    )  # newest proof of who it is: password, code or passkey
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeepLink(Base):
    """A link in a mail: it leads to a page after sign-in and is never a credential."""

    __tablename__ = "deep_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(200))
    label: Mapped[dict[str, Any]] = mapped_column(
        Json
    )  # {"kind": "statement", "month": "2026-10"}: no name, no figure
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    recipient: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ThrottleCount(Base):
    """Tries within one time window for an account, an address or the whole site; shared by all processes."""

    __tablename__ = "throttle_counts"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)


class SentForm(Base):
    """A form that was taken, by the number its page gave it: sent again it gets the same answer and no effect."""

    __tablename__ = "sent_forms"
    __table_args__ = (Index("ix_sent_forms_person", "person_id", "sent_at"),)

    number: Mapped[str] = mapped_column(String(43), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(500))  # where the answer led
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecurityEvent(Base):
    """One line of the security log, a table apart from the business audit chain."""

    __tablename__ = "security_events"
    __table_args__ = (Index("ix_security_events_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    address: Mapped[str] = mapped_column(String(64), default="")
    request_id: Mapped[str] = mapped_column(String(32), default="")
    details: Mapped[str] = mapped_column(Text, default="")


refuse("security_events", "UPDATE", "", "security_events: rows never change")
# A line goes only after a purge of at least 183 days has been noted in a table that never forgets.
refuse(
    "security_events", "DELETE",
    "NOT EXISTS (SELECT 1 FROM purges WHERE purges.kind = 'security-log' AND purges.before_at > OLD.at)",
    "security_events: kept for at least 183 days",
)  # fmt: skip


class OldPassword(Base):
    """A hash that was replaced; the 等保 profile refuses the last five."""

    __tablename__ = "old_passwords"
    __table_args__ = (Index("ix_old_passwords_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    password_hash: Mapped[str] = mapped_column(String(255))
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Totp(Base):
    """An authenticator app; the seed is sealed with the installation's key, each code counts once."""

    __tablename__ = "totps"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    sealed_seed: Mapped[str | None] = mapped_column(String(255))
    sealed_next: Mapped[str | None] = mapped_column(String(255))  # shown, not yet proved by a code
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)  # of 30 s since 1970; older codes are spent


class RecoveryCode(Base):
    """One of ten codes for the day the phone is lost."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Base):
    """A WebAuthn credential; only its public half is here."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url
    public_key: Mapped[str] = mapped_column(Text)  # base64url of COSE
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    is_synced: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SsoLink(Base):
    """Who a subject of an identity provider is here; made by somebody who proved both, never by e-mail alone."""

    __tablename__ = "sso_links"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("issuer", "person_id"),
        Index("ix_sso_links_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UsedOnce(Base):
    """Something that may be used once and was, e.g. the challenge of a passkey; forgotten when it is too old anyway."""

    __tablename__ = "used_once"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KnownDevice(Base):
    """A browser somebody signed in with before: the cookie carries a random id, this row its hash."""

    __tablename__ = "known_devices"
    __table_args__ = (Index("ix_known_devices_token", "token_hash", "person_id", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Invitation(Base):
    """Someone asked to join; the person appears when they accept."""

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("role", ("", *ALL_ROLES)),
        Index("ix_invitations_customer", "customer_id"),
        Index("ix_invitations_email", "email"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    role: Mapped[str] = mapped_column(String(20))  # empty: an account to which roles are given apart
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sent: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class PasswordReset(Base):
    """A mailed link to set a new password: one hour, once, void after a password change or a later sign-in."""

    __tablename__ = "password_resets"
    __table_args__ = (Index("ix_password_resets_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # used, or void


class MailChange(Base):
    """An asked-for change of one's own e-mail, until the new address confirms it."""

    __tablename__ = "mail_changes"
    __table_args__ = (Index("ix_mail_changes_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    email: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailCode(Base):
    """A short code mailed apart from its link, where the policy allows it."""

    __tablename__ = "mail_codes"
    __table_args__ = (Index("ix_mail_codes_link", "link_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("deep_links.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sealed_code: Mapped[str] = mapped_column(String(255))
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
