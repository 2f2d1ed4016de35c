"""Readers of bank files: every format tells the same money, and a damaged file tells none."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from portal.connectors.bank_facts import Closed, Entry, Event, Opened, Problem, ReadOptions
from portal.connectors.bank_files import detect_format, read_bank_file
from portal.connectors.rules import UnreadableFile
from portal.errors import Invalid
from tests.bank import files
from tests.bank.files import ACCOUNT, CHINESE, D1, LINES, Line

OPTIONS = ReadOptions(fallback="EUR")
FORMATS: dict[str, Callable[[], bytes]] = {
    "camt.053": lambda: files.camt(LINES), "camt.054": lambda: files.camt(LINES, kind="054"),
    "mt940": lambda: files.mt940(LINES), "ofx": lambda: files.ofx(LINES), "qif": lambda: files.qif(LINES),
    "bai2": lambda: files.bai2(LINES), "csv": lambda: files.csv(LINES, opening=1000000),
}  # fmt: skip


def read(content: bytes, options: ReadOptions = OPTIONS) -> list[Event]:
    return list(read_bank_file(content, detect_format(content), options))


def entries(content: bytes) -> list[Entry]:
    return [event for event in read(content) if isinstance(event, Entry)]


def closed(content: bytes) -> Closed:
    (found,) = [event for event in read(content) if isinstance(event, Closed)]
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_tells_the_same_money_in_every_format(name: str) -> None:
    content = FORMATS[name]()
    assert detect_format(content) == name
    opened = next(event for event in read(content) if isinstance(event, Opened))
    found = entries(content)
    assert opened.account == ACCOUNT
    assert [one.amount_minor for one in found] == [line.minor for line in LINES]
    assert {one.currency for one in found} == {"EUR"}
    assert "INV-2026-002" in found[3].narrative
    if name != "bai2":  # one day a file
        assert [one.booked_on for one in found] == [line.day for line in LINES]


@pytest.mark.parametrize("name", ["camt.053", "mt940", "bai2", "csv"])
def test_checks_balances(name: str) -> None:
    assert closed(FORMATS[name]()).is_balanced is True


def test_says_when_balances_do_not_fit() -> None:
    assert closed(files.camt(LINES, closing=1)).is_balanced is False
    assert closed(files.mt940(LINES, closing=1)).is_balanced is False
    assert closed(files.ofx(LINES)).is_balanced is None


@pytest.mark.parametrize("version", ["01", "02", "04", "08", "13"])
def test_reads_camt_of_every_version(version: str) -> None:
    assert len(entries(files.camt(LINES, version=version))) == len(LINES)


def test_keeps_the_payments_of_a_collective_entry() -> None:
    parts = (Line(D1, 100000, "Acme Trading", "INV-1"), Line(D1, 25050, "Bo's", "INV-2"))
    (first, *_) = entries(files.camt(LINES, parts=parts))
    assert first.kind == "collective"
    assert [part.amount_minor for part in first.parts] == [100000, 25050]
    assert [part.payer_name for part in first.parts] == ["Acme Trading", "Bo's"]


def test_leaves_out_what_is_not_booked_yet() -> None:
    content = files.camt(LINES[:1]).replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>")
    (problem,) = [event for event in read(content) if isinstance(event, Problem)]
    assert not problem.is_refused
    assert entries(content) == []


def test_gives_a_reversed_credit_a_minus() -> None:
    content = files.mt940(LINES[:1], closing=1000000 - 125050).replace(b"C1250,50N", b"RC1250,50N")
    (entry,) = entries(content)
    assert (entry.amount_minor, entry.is_reversal) == (-125050, True)
    assert closed(content).is_balanced is True


def test_reads_30_february_as_the_last_day_and_says_so() -> None:
    content = files.mt940(LINES[:1]).replace(b":61:2602020202", b":61:2602300202")
    (entry,) = entries(content)
    assert entry.value_on.isoformat() == "2026-02-28"
    assert [event.params for event in read(content) if isinstance(event, Problem)] == [{"day": "30"}]


def test_reads_a_chinese_bank() -> None:
    found = entries(CHINESE)
    assert [one.amount_minor for one in found] == [1250500, -100000]
    assert found[0].payer_name == "埃克米商贸有限公司"
    assert found[0].payer_account == "6217000010001"
    assert closed(CHINESE).is_balanced is True
    assert (
        next(event for event in read(CHINESE) if isinstance(event, Opened)).account == "6222020200012345678"
    )


def test_refuses_one_row_and_keeps_the_others() -> None:
    content = files.csv(LINES).replace(b"3000,00", b"30..00")
    (problem,) = [event for event in read(content) if isinstance(event, Problem)]
    assert (problem.row_no, problem.column, problem.code) == (5, "Betrag", "bad_amount")
    assert len(entries(content)) == len(LINES) - 1


CUT = {
    "camt.053": lambda: files.camt(LINES)[:-60], "mt940": lambda: files.mt940(LINES)[:-40],
    "ofx": lambda: files.ofx(LINES)[:-80], "bai2": lambda: files.bai2(LINES)[:-15],
}  # fmt: skip


@pytest.mark.parametrize("name", CUT)
def test_refuses_a_file_that_is_cut_off(name: str) -> None:
    with pytest.raises(UnreadableFile):
        read(CUT[name]())


SUMMARY = "<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{sum}</Sum></TtlNtries></TxsSummry>"


def test_refuses_a_wrong_control_sum() -> None:
    for content in (
        files.bai2(LINES, wrong=1),
        files.camt(LINES, extra=SUMMARY.format(count=6, sum="4274.50")),
        files.camt(LINES, extra=SUMMARY.format(count=5, sum="4274.51")),
        files.mt940(LINES).replace(b":62F:", b":90C:2EUR4250,51\r\n:62F:"),
    ):
        with pytest.raises(UnreadableFile) as refusal:
            read(content)
        assert refusal.value.code == "control_sum"


def test_takes_a_right_control_sum() -> None:
    assert len(entries(files.camt(LINES, extra=SUMMARY.format(count=5, sum="4274.50")))) == 5
    assert len(entries(files.mt940(LINES).replace(b":62F:", b":90C:2EUR4250,50\r\n:62F:"))) == 5


HOSTILE = {
    "entity bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
    + b"b" * 1000
    + b'">]><Document>&b;</Document>',
    "outside entity": files.camt(LINES).replace(
        b"<Document", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><Document'
    ),
    "no statement": b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>',
    "NUL bytes": b"Datum;Betrag\n\x00\x00\x00\x00;1,00\n",
    "nested": b"<Document>" + b"<a>" * 5000,
    "empty": b"   \n",
    "no table": b"hello\nworld\n",
    "OFX with DOCTYPE": b"<!DOCTYPE OFX><OFX></OFX>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_what_is_hostile_or_nothing(name: str) -> None:
    with pytest.raises(UnreadableFile):
        read(HOSTILE[name])


def test_refuses_a_field_of_ten_megabytes_without_taking_it() -> None:
    content = files.csv(LINES).replace(b"City Coffee", b'"' + b"x" * 10_000_000, 1)
    found = [event for event in read(content) if isinstance(event, Problem) and event.is_refused]
    assert found
    assert all(len(one.text) <= 500 for one in found)


@pytest.mark.parametrize("name", ["camt.053", "mt940", "ofx", "qif", "bai2"])
def test_refuses_a_file_with_a_field_of_ten_megabytes(name: str) -> None:
    content = FORMATS[name]().replace(b"INV-2026-001", b"x" * 10_000_000, 1)
    with pytest.raises(UnreadableFile):
        list(read_bank_file(content, name, OPTIONS))


@pytest.mark.parametrize("name", FORMATS)
def test_answers_whatever_is_done_to_a_file(name: str) -> None:
    """Mutated 300 times each, a file is read or refused with words, never anything else."""
    content = FORMATS[name]()
    chance = random.Random(name)
    for _ in range(300):
        broken = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(broken))
            match chance.randrange(4):
                case 0:
                    broken[place] = chance.randrange(256)
                case 1:
                    del broken[place : place + chance.randint(1, 40)]
                case 2:
                    broken[place:place] = broken[chance.randrange(len(broken)) :][: chance.randint(1, 60)]
                case _:
                    broken[place:place] = chance.choice(
                        (b"-", b",", b"9" * 30, b"\xff", b"\x00", b"\n:61:", b"<", b"88,")
                    )
            if not broken:
                break
        try:
            for event in read_bank_file(bytes(broken), name, OPTIONS):
                assert isinstance(event, Entry | Opened | Closed | Problem)
        except Invalid:
            continue
