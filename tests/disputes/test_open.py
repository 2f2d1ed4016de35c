"""Raising a dispute: what it takes, what it refuses, what it does at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.attachments import FileDraft
from portal.db import Database
from portal.disputes import AlreadyDisputed, DisputePartDraft, find_dispute, open_dispute
from portal.disputes.models import Dispute
from portal.disputes.reasons import REASONS
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.money import Money
from tests.disputes.conftest import Case, any_facts

PNG = FileDraft("damage.png", bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\0" * 40)


def test_is_acknowledged_at_once_and_waits_for_us(case: Case) -> None:
    """Requirement 1-5: acknowledged automatically."""
    row = case.row(case.open())
    assert (row.state, row.turn, row.number) == ("acknowledged", "ours", "D-26-0001")
    assert row.due_on.isoformat() == "2026-03-09"  # five business days after 2 March
    (mail,) = case.mails("dispute-opened")
    assert (mail.recipient, mail.language) == ("ping@acme.example", "zh")


def test_a_mail_names_no_amount(case: Case) -> None:
    case.settled()
    for event in ("dispute-opened", "dispute-proposed", "dispute-resolved"):
        (mail,) = case.mails(event)
        assert "38640" not in str(mail.payload).replace(",", "")


def test_a_part_can_be_disputed(case: Case) -> None:
    assert case.row(case.open(amount=Money(1, "CNY"))).disputed_minor == 1


def test_a_paid_invoice_can_be_disputed(case: Case) -> None:
    public_id = case.open("INV-3", amount=Money(100000, "CNY"))
    assert case.row(public_id).disputed_minor == 100000


@pytest.mark.parametrize("minor", [-1, 0, 3864001, 10**19])
def test_refuses_amounts_outside_the_document(case: Case, minor: int) -> None:
    """Security case D34: −1, 0, above the amount, 19 digits."""
    before = case.snapshot()
    with pytest.raises(Invalid) as refusal:
        case.open(amount=Money(minor, "CNY"))
    assert refusal.value.field == "amount"
    assert case.snapshot() == before


def test_refuses_another_currency(case: Case) -> None:
    with pytest.raises(Invalid):
        case.open(amount=Money(100, "EUR"))


def test_what_was_credited_before_cannot_be_disputed_again(case: Case) -> None:
    public_id = case.open(amount=Money(1000000, "CNY"))
    case.propose(public_id, 1000000)
    case.accept(public_id)
    case.approve(case.submit(public_id))
    with pytest.raises(Invalid) as refusal:
        case.open(amount=Money(2864001, "CNY"))
    assert refusal.value.params["high"] == Money(2864000, "CNY")
    case.open(amount=Money(2864000, "CNY"))


def test_one_open_dispute_a_document(case: Case) -> None:
    case.open()
    with pytest.raises(AlreadyDisputed) as refusal:
        case.open(amount=Money(1, "CNY"))
    assert refusal.value.params["name"] == "Ping Zhou"


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_asks_for_its_facts_and_files(case: Case, code: str) -> None:
    """Each required fact missing alone refuses; with all of them the dispute opens."""
    reason = REASONS[code]
    text = "Twenty characters or more of words."
    files = (PNG,) if reason.file_is_required else ()
    good = case.draft(reason=code, facts=any_facts(code), text=text, files=files)
    for fact in reason.facts:
        if fact.is_required:
            facts = {key: value for key, value in any_facts(code).items() if key != fact.key}
            with pytest.raises(Invalid) as refusal:
                case.open(reason=code, facts=facts, text=text, files=files)
            assert refusal.value.field == fact.key
    if reason.file_is_required:
        with pytest.raises(Invalid):
            case.open(reason=code, facts=any_facts(code), text=text)
    public_id = open_dispute(case.session, draft=good, actor=case.people["ping"], now=case.now)
    assert case.row(public_id).department == reason.department


def test_other_needs_twenty_characters(case: Case) -> None:
    with pytest.raises(Invalid):
        case.open(reason="OTH", facts={}, text="Too short")


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [("PAY", "paid_on", "1.2.2026"), ("PAY", "paid_amount", "12.345"), ("TIM", "booked_on", "2026-02-30"),
     ("DUP", "other_document", "INV-2"), ("REF", "correct_number", "x" * 301)],
)  # fmt: skip
def test_refuses_facts_of_another_shape(case: Case, code: str, key: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        case.open(reason=code, facts=any_facts(code) | {key: value})
    assert refusal.value.field == key


def test_facts_nobody_asked_for_are_left_out(case: Case) -> None:
    public_id = case.open(facts={"other_document": "INV-1", "state": "resolved"})
    assert case.row(public_id).facts == {"other_document": "INV-1"}


def test_parts_must_add_up(case: Case) -> None:
    parts = (DisputePartDraft("PRC", Money(100, "CNY")), DisputePartDraft("QTY", Money(50, "CNY")))
    with pytest.raises(Invalid):
        case.open(amount=Money(151, "CNY"), parts=parts)
    public_id = case.open(amount=Money(150, "CNY"), parts=parts)
    view = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert [(reason.code, money.minor) for reason, money in view.parts] == [("PRC", 100), ("QTY", 50)]


def test_strangers_do_not_learn_that_a_document_exists(case: Case) -> None:
    draft = replace(case.draft(), amount=Money(1, "CNY"))
    with pytest.raises(NotFound):
        open_dispute(case.session, draft=draft, actor=case.people["bo"], now=case.now)
    with pytest.raises(NotFound):
        open_dispute(
            case.session,
            draft=replace(draft, document="no-such-thing"),
            actor=case.people["ping"],
            now=case.now,
        )


@pytest.mark.parametrize("who", ["vera", "mei", "chen", "aud"])
def test_only_the_customers_confirmer_disputes(case: Case, who: str) -> None:
    with pytest.raises(NotAllowed):
        open_dispute(case.session, draft=case.draft(), actor=case.people[who], now=case.now)


def test_staff_write_down_a_dispute_on_behalf_and_it_is_marked(case: Case) -> None:
    public_id = open_dispute(
        case.session, draft=case.draft(), on_behalf=True, actor=case.people["mei"], now=case.now
    )
    row = case.row(public_id)
    assert row.is_on_behalf
    assert {mail.recipient for mail in case.mails("dispute-opened")} == {"ping@acme.example"}
    with pytest.raises(NotAllowed):
        open_dispute(
            case.session, draft=case.draft(), on_behalf=True, actor=case.people["ping"], now=case.now
        )


def test_files_come_with_the_first_words(case: Case) -> None:
    public_id = case.open(reason="DMG", facts={}, files=(PNG,))
    view = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert [file.name for file in view.entries[0].files] == ["damage.png"]


@pytest.mark.db
def test_eight_at_once_open_one_dispute(case: Case, database: Database) -> None:
    """One open dispute a document, whatever the timing; the others are conflicts, never defects."""
    case.session.commit()
    start = Barrier(8)

    def try_once(_: int) -> str:
        start.wait()
        try:
            with database.writing() as session:
                open_dispute(session, draft=case.draft(), actor=case.people["ping"], now=case.now)
        except Conflict:
            return "conflict"
        return "opened"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(try_once, range(8)))
    assert answers == ["conflict"] * 7 + ["opened"]
    with database.reading() as session:
        assert session.scalar(select(func.count(Dispute.id))) == 1
