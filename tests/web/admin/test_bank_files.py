"""Bank files: dropped, looked at, taken in, read differently, undone."""

from __future__ import annotations

from portal.bank import check_bank_file, load_bank_file
from portal.clock import utc_now
from portal.db import Database
from tests.bank import files
from tests.bank.files import LINES
from tests.cast import AUD, CHEN, MEI
from tests.web.admin.dropping import Open, dropped, take_in
from tests.web.conftest import Browser


def test_takes_a_dropped_file_in_after_a_look(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    answer = mei.post(
        "/admin/bank/files/new", dropped(("feb.sta", files.mt940(LINES))), content_type="multipart/form-data"
    )
    address = answer.headers["Location"]
    assert "Checking the file" in mei.get(address).text
    check_bank_file(database, public_id=address.rpartition("/")[2], now=utc_now())
    page = mei.get(address).text
    assert "Take in 5 new lines" in page
    assert "City Coffee" in page
    assert "Balanced" in page
    mei.post(f"{address}/load")
    load_bank_file(database, public_id=address.rpartition("/")[2], now=utc_now())
    assert "Undo this file" in mei.get(address).text
    assert "Globex GmbH" in mei.get("/admin/bank/lines").text


def test_checks_several_files_at_once(browser_of: Open) -> None:
    mei = browser_of(MEI)
    two = dropped(("a.sta", files.mt940(LINES)), ("b.xml", files.camt(LINES)))
    answer = mei.post("/admin/bank/files/new", two, content_type="multipart/form-data")
    assert answer.headers["Location"].endswith("/admin/bank/files")
    page = mei.get("/admin/bank/files").text
    assert "a.sta" in page
    assert "b.xml" in page


def test_asks_for_the_account_where_the_file_names_none(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    made = mei.post(
        "/admin/bank/new-account", {"identifier": "DE02", "currency": "eur", "name": "Main", "bank_name": ""}
    )
    assert made.status_code == 303
    account = made.headers["Location"].rpartition("/")[2]
    content = files.csv(LINES).replace(f"{files.ACCOUNT};".encode(), b"").replace(b"Auftragskonto;", b"")
    answer = mei.post(
        "/admin/bank/files/new", dropped(("a.csv", content)), content_type="multipart/form-data"
    )
    address = answer.headers["Location"]
    check_bank_file(database, public_id=address.rpartition("/")[2], now=utc_now())
    refused = mei.post(f"{address}/load")
    assert refused.status_code == 422
    assert "does not say which account" in refused.text
    assert mei.post(f"{address}/load", {"account": account}).status_code == 303


def test_learns_columns_from_a_correction_by_two_people(browser_of: Open, database: Database) -> None:
    """The corrected file waits for the second person; then the next one is read so too."""
    mei, chen = browser_of(MEI), browser_of(CHEN)
    content = (
        b"Konto;Wann;Wer;Wieviel;Waehrung\nDE02;02.02.2026;Acme;12,50;EUR\nDE02;03.02.2026;Bo;-1,00;EUR\n"
    )
    answer = mei.post(
        "/admin/bank/files/new", dropped(("odd.csv", content)), content_type="multipart/form-data"
    )
    address = answer.headers["Location"]
    public_id = address.rpartition("/")[2]
    check_bank_file(database, public_id=public_id, now=utc_now())
    assert "cannot be read" in mei.get(address).text
    assert "Wieviel" in mei.get(f"{address}/columns").text
    wrong = mei.post(f"{address}/columns", {"role-1": "booked"})
    assert wrong.status_code == 422
    roles = {
        "role-0": "account",
        "role-1": "booked",
        "role-2": "payer_name",
        "role-3": "amount",
        "role-4": "currency",
    }
    assert mei.post(f"{address}/columns", roles).status_code == 303
    check_bank_file(database, public_id=public_id, now=utc_now())
    page = mei.get(address).text
    assert "wait for a second person" in page
    assert mei.post(f"{address}/load").status_code == 409
    approval = chen.get("/admin/approvals").text.partition("/admin/approvals/")[2][:22]
    shown = chen.get(f"/admin/approvals/{approval}").text
    seen = shown.partition('name="seen_hash" value="')[2][:64]
    assert chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": seen}).status_code == 303
    assert mei.post(f"{address}/load").status_code == 303
    load_bank_file(database, public_id=public_id, now=utc_now())
    assert "Acme" in mei.get("/admin/bank/lines").text
    assert_reads_the_next_file_so(mei, database, content.replace(b"12,50", b"99,00"))


def assert_reads_the_next_file_so(mei: Browser, database: Database, content: bytes) -> None:
    other = mei.post(
        "/admin/bank/files/new", dropped(("next.csv", content)), content_type="multipart/form-data"
    )
    result = check_bank_file(database, public_id=other.headers["Location"].rpartition("/")[2], now=utc_now())
    assert result is not None
    assert (result.lines, result.imported, result.duplicates) == (2, 1, 1)


def test_undoes_a_file_with_a_reason(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = take_in(mei, database, "a.sta", files.mt940(LINES))
    assert mei.post(f"{address}/undo", {"reason": ""}).status_code == 422
    assert mei.post(f"{address}/undo", {"reason": "wrong month"}).status_code == 303
    assert "wrong month" in mei.get(address).text
    assert "No bank line yet" in mei.get("/admin/bank/lines").text


def test_lets_an_auditor_look_only(browser_of: Open, database: Database) -> None:
    address = take_in(browser_of(MEI), database, "a.sta", files.mt940(LINES))
    aud = browser_of(AUD)
    assert aud.get(address).status_code == 200
    assert "Undo this file" not in aud.get(address).text
    for path in (f"{address}/undo", f"{address}/load", "/admin/bank/lines", "/admin/bank/files/new"):
        assert aud.post(path).status_code == 403
