"""Taking in: each line once, whatever files bring it, in whatever order; nothing of a file that is not whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from portal.access import Actor
from portal.bank import (
    BankRequest,
    import_bank_file,
    import_bank_files,
)
from portal.bank.models import BankAccount, BankFile, BankLine, BankSighting
from portal.db import Database
from portal.errors import NotAllowed
from tests.bank import files
from tests.bank.files import ACCOUNT, D1, LINES, Line
from tests.bank.taking import Take, clear, kept


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
