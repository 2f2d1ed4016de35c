"""Taking in: each line once, whatever files bring it, in whatever order; nothing of a file that is not whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank import (
    BankRequest,
    FileResult,
    import_bank_file,
    import_bank_files,
    open_account,
    set_line_state,
    undo_bank_file,
)
from portal.bank.models import BankAccount, BankFile, BankLine, BankProblem, BankSighting, BankStatement
from portal.db import Database
from portal.errors import Conflict, NotAllowed
from tests.bank import files
from tests.bank.files import ACCOUNT, D1, LINES, Line

Take = Callable[..., FileResult]


@pytest.fixture
def take(database: Database, mei: Actor, now: datetime) -> Take:
    """Take in a file."""

    def do(content: bytes, name: str = "file", **options: object) -> FileResult:
        request = BankRequest(content=content, name=name, **options)  # type: ignore[arg-type]
        return import_bank_file(database, request, actor=mei, now=now)

    return do


def kept(database: Database) -> list[tuple[object, ...]]:
    """Return the lines in the books, as facts."""
    with database.reading() as session:
        rows = session.execute(
            select(BankLine.booked_on, BankLine.amount_minor, BankLine.currency, BankLine.payer_name)
        ).all()
    return sorted(tuple(row) for row in rows)


def clear(database: Database) -> None:
    with database.writing() as session:
        for model in (BankSighting, BankProblem, BankLine, BankStatement, BankFile, BankAccount):
            session.execute(delete(model))


@pytest.mark.db
def test_takes_a_file_in_once(take: Take, database: Database) -> None:
    """Two equal lines of a day are two; the same file again is none."""
    first, again = take(files.mt940(LINES)), take(files.mt940(LINES), name="again")
    assert (first.lines, first.imported, first.duplicates, first.rejected) == (5, 5, 0, 0)
    assert (again.lines, again.imported, again.duplicates) == (5, 0, 5)
    assert first.as_json()["statements"][0]["balanced"] is True
    assert first.as_json()["statements"][0]["closing"] == "14226.50"
    assert len(kept(database)) == 5
    with database.reading() as session:
        (account,) = session.scalars(select(BankAccount)).all()
        assert (account.identifier, account.currency) == (ACCOUNT, "EUR")
        assert session.scalar(select(func.count()).select_from(BankSighting)) == 5


@pytest.mark.db
def test_says_in_a_dry_run_what_would_happen_and_keeps_nothing(take: Take, database: Database) -> None:
    told = take(files.mt940(LINES), is_dry_run=True)
    assert (told.imported, told.duplicates) == (5, 0)
    assert kept(database) == []
    take(files.mt940(LINES[:3]))
    told = take(files.mt940(LINES), is_dry_run=True)
    assert (told.imported, told.duplicates) == (2, 3)
    assert len(kept(database)) == 3


@pytest.mark.db
def test_knows_the_details_of_camt_054_as_the_same_money(take: Take, database: Database) -> None:
    """Whichever comes first, and with or without the bank's reference."""
    for lines in (
        LINES,
        tuple(Line(one.day, one.minor, one.name, one.text, f"R{n}") for n, one in enumerate(LINES)),
    ):
        details = tuple(Line(one.day, one.minor, one.name, f"{one.text} in full", one.ref) for one in lines)
        for order in (("053", "054"), ("054", "053"), ("054", "054", "053", "054")):
            for kind in order:
                take(files.camt(details if kind == "054" else lines, kind=kind))
            assert len(kept(database)) == 5, order
            with database.reading() as session:
                assert session.scalar(select(func.count()).where(BankLine.is_notice)) == 0
                assert session.scalar(select(func.count()).where(BankLine.statement_id.is_(None))) == 0
            clear(database)


def test_adds_the_payments_inside_when_a_later_file_tells_them(take: Take, database: Database) -> None:
    parts = (Line(D1, 100000, "Acme Trading", "INV-1"), Line(D1, 25050, "Bo", "INV-2"))
    line = Line(D1, 125050, "", "Collective", "REF-1")
    take(files.camt([line]))
    again = take(files.camt([line], kind="054", parts=parts))
    assert (again.imported, again.duplicates) == (0, 1)
    with database.reading() as session:
        assert [part["amount_minor"] for part in session.scalars(select(BankLine.parts)).one()] == [
            100000,
            25050,
        ]


def test_keeps_equal_lines_of_statements_that_follow_each_other(take: Take, database: Database) -> None:
    """A coffee in the morning's statement and one in the evening's are two, in either order."""
    coffee = Line(D1, -450, "City Coffee", "Card payment")
    morning = files.mt940([coffee], opening=1000, number="1")
    evening = files.mt940([coffee], opening=550, number="2")
    for order in ((morning, evening), (evening, morning)):
        for content in (*order, *order):
            take(content)
        assert len(kept(database)) == 2
        clear(database)


@pytest.mark.db
def test_leaves_nothing_of_a_file_that_is_cut_off_or_does_not_add_up(take: Take, database: Database) -> None:
    for content, code in (
        (files.mt940(LINES)[:-40], "encoding"),
        (files.bai2(LINES, wrong=1), "control_sum"),
    ):
        result = take(content)
        assert (result.lines, result.is_clean) == (0, False)
        (error,) = result.as_json()["errors"]
        assert (error["row"], error["code"]) == (None, code)
    assert kept(database) == []
    with database.reading() as session:
        assert set(session.scalars(select(BankFile.state))) == {"failed"}


def test_keeps_the_good_rows_beside_a_bad_one(take: Take, database: Database) -> None:
    result = take(files.csv(LINES).replace(b"3000,00", b"30..00"))
    assert (result.lines, result.imported, result.rejected) == (5, 4, 1)
    (error,) = result.as_json()["errors"]
    assert (error["row"], error["column"], error["code"]) == (5, "Betrag", "bad_amount")
    assert len(kept(database)) == 4


def test_asks_for_the_account_of_a_file_that_names_none(
    take: Take, database: Database, session: Session, mei: Actor, now: datetime
) -> None:
    content = files.csv(LINES).replace(f"{ACCOUNT};".encode(), b"").replace(b"Auftragskonto;", b"")
    result = take(content)
    assert result.as_json()["errors"][0]["code"] == "unknown_account"
    assert take(content, is_dry_run=True).imported == 5
    account = open_account(session, identifier="DE02", currency="EUR", name="Main", actor=mei, now=now)
    session.commit()
    assert take(content, account="Main").imported == 5
    assert take(content, account=account.public_id).duplicates == 5


def test_refuses_a_file_of_another_account_than_named(
    take: Take, session: Session, mei: Actor, now: datetime
) -> None:
    open_account(session, identifier="NL91ABNA0417164300", currency="EUR", name="Other", actor=mei, now=now)
    session.commit()
    assert take(files.mt940(LINES), account="Other").as_json()["errors"][0]["code"] == "unknown_account"


def test_goes_on_with_the_next_file_after_one_that_cannot_be_read(
    database: Database, mei: Actor, now: datetime
) -> None:
    requests = [
        BankRequest(content=b"\x00\x01", name="bad"),
        BankRequest(content=files.mt940(LINES), name="good"),
    ]
    bad, good = import_bank_files(database, requests, actor=mei, now=now)
    assert (bad.is_clean, good.imported) == (False, 5)


def test_goes_on_where_it_was_killed(take: Take, database: Database) -> None:
    take(files.mt940(LINES))
    with database.writing() as session:
        (file,) = session.scalars(select(BankFile)).all()
        file.state = "loading"
        session.execute(delete(BankLine).where(BankLine.amount_minor == -1500))
    result = take(files.mt940(LINES))
    assert (result.imported, result.duplicates) == (5, 0)
    assert len(kept(database)) == 5
    with database.reading() as session:
        assert session.scalars(select(BankFile.state)).all() == ["loaded"]


def test_refuses_who_may_not(database: Database, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        import_bank_file(database, BankRequest(content=b"x"), actor=aud, now=now)


@pytest.mark.db
def test_undoes_a_whole_file_and_takes_it_in_again(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    """Lines that another file brought too stay."""
    first = take(files.mt940(LINES))
    take(files.mt940(LINES[3:], number="2"))
    with database.writing() as session:
        assert (
            undo_bank_file(session, public_id=first.public_id, reason="wrong month", actor=mei, now=now) == 3
        )
    assert len(kept(database)) == 2
    again = take(files.mt940(LINES))
    assert (again.imported, again.duplicates) == (3, 2)


@pytest.mark.db
def test_refuses_to_undo_a_file_with_a_matched_line(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    first = take(files.mt940(LINES))
    with database.writing() as session:
        line_id = session.scalars(select(BankLine.id).order_by(BankLine.id)).first()
        set_line_state(session, line_ids=[line_id or 0], state="matched", actor=mei, now=now)
    with database.writing() as session, pytest.raises(Conflict):
        undo_bank_file(session, public_id=first.public_id, reason="x", actor=mei, now=now)
    with database.writing() as session, pytest.raises(Exception, match="posted rows never"):
        session.execute(delete(BankLine).where(BankLine.state == "matched"))


days = st.integers(0, 4)
minors = st.sampled_from((-450, -450, 1000, 12345, 990000))
names = st.sampled_from(("Acme", "Globex", "City Coffee"))
refs = st.sampled_from(("", "", "R1", "R2"))
stories = st.lists(st.tuples(days, minors, names, refs), min_size=1, max_size=14)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories, st.data())
def test_brings_the_same_lines_however_they_are_split(
    database: Database,
    mei: Actor,
    now: datetime,
    story: Sequence[tuple[int, int, str, str]],
    data: st.DataObject,
) -> None:
    """Whole days overlap in any way and come in any order, each file once or twice: the books hold the same lines."""
    lines = sorted(
        (Line(D1 + timedelta(days=day), minor, name, "text", ref) for day, minor, name, ref in story),
        key=lambda one: one.day,
    )
    clear(database)
    import_bank_file(database, BankRequest(content=files.mt940(lines)), actor=mei, now=now)
    whole = kept(database)
    assert len(whole) == len(lines)
    clear(database)
    spans = data.draw(st.lists(st.tuples(days, days), min_size=1, max_size=4))
    for start, end in [*spans, (0, 1), (1, 3), (3, 4), *spans[:1]]:
        low, high = sorted((start, end))
        some = [one for one in lines if low <= (one.day - D1).days <= high]
        before = sum(one.minor for one in lines if (one.day - D1).days < low)
        content = files.mt940(some, opening=1000000 + before, number=f"{low}-{high}")
        import_bank_file(database, BankRequest(content=content), actor=mei, now=now)
    assert kept(database) == whole


def test_moves_lines_along_their_states_only(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    """All of a set move, or none."""
    take(files.mt940(LINES))
    with database.writing() as session:
        ids = list(session.scalars(select(BankLine.id).order_by(BankLine.id)))
        assert set_line_state(session, line_ids=ids[:2], state="parked", note="ask", actor=mei, now=now) == 2
    with database.writing() as session, pytest.raises(Conflict):
        set_line_state(session, line_ids=[ids[0], ids[3]], state="parked", actor=mei, now=now)
    with database.reading() as session:
        states = list(session.scalars(select(BankLine.state).order_by(BankLine.id)))
    assert states == ["parked", "parked", "new", "new", "new"]


def test_believes_the_named_account_rather_than_chinese_columns(
    take: Take, session: Session, mei: Actor, now: datetime
) -> None:
    """A dollar account's export has Chinese names for its columns too."""
    open_account(session, identifier="6222020200012345678", currency="USD", name="美元户", actor=mei, now=now)
    session.commit()
    result = take(files.CHINESE, account="美元户")
    assert [one["currency"] for one in result.as_json()["statements"]] == ["USD"]
    assert take(files.CHINESE, is_dry_run=True).as_json()["statements"][0]["currency"] == "CNY"
