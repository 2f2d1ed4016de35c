"""Small bank files of our own making: the same money in each format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ACCOUNT = "DE89370400440532013000"


@dataclass(frozen=True)
class Line:
    """What a bank booked; minor units, + is money in."""

    day: date
    minor: int
    name: str = "Acme Trading"
    text: str = "INV-2026-001"
    ref: str = ""


D1, D2, D3 = (date(2026, 2, 2) + timedelta(days=shift) for shift in range(3))
LINES = (
    Line(D1, 125050, "Acme Trading", "INV-2026-001"),
    Line(D1, -450, "City Coffee", "Card payment"),
    Line(D1, -450, "City Coffee", "Card payment"),
    Line(D2, 300000, "Globex GmbH", "INV-2026-002 INV-2026-003"),
    Line(D3, -1500, "", "Bank fee"),
)


def amount(minor: int, mark: str = ".") -> str:
    """Return the unsigned figure."""
    return f"{abs(minor) // 100}{mark}{abs(minor) % 100:02d}"


def mt940(
    lines: Sequence[Line],
    *,
    opening: int = 1000000,
    number: str = "1/1",
    closing: int | None = None,
    account: str = ACCOUNT,
) -> bytes:
    """Return one MT940 statement."""
    end = opening + sum(line.minor for line in lines) if closing is None else closing
    first, last = (lines[0].day, lines[-1].day) if lines else (D1, D1)
    rows = [
        ":20:STARTUMS", f":25:{account}", f":28C:{number}",
        f":60F:{'C' if opening >= 0 else 'D'}{first:%y%m%d}EUR{amount(opening, ',')}",
    ]  # fmt: skip
    for line in lines:
        side = "C" if line.minor >= 0 else "D"
        ref = f"//{line.ref}" if line.ref else ""
        rows += [
            f":61:{line.day:%y%m%d}{line.day:%m%d}{side}{amount(line.minor, ',')}NTRFNONREF{ref}",
            f":86:166?00BOOKED?20{line.text}?32{line.name}",
        ]
    rows += [f":62F:{'C' if end >= 0 else 'D'}{last:%y%m%d}EUR{amount(end, ',')}", "-"]
    return ("\r\n".join(rows) + "\r\n").encode()


def camt(
    lines: Sequence[Line],
    *,
    opening: int | None = 1000000,
    closing: int | None = None,
    kind: str = "053",
    version: str = "08",
    parts: Sequence[Line] = (),
    extra: str = "",
    account: str = ACCOUNT,
) -> bytes:
    """Return one camt.053 statement or camt.054 notification; ``parts`` are the payments inside the first entry."""
    root, report = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    balances = ""
    if opening is not None and kind == "053":
        end = opening + sum(line.minor for line in lines) if closing is None else closing
        balances = _balance("OPBD", opening) + _balance("CLBD", end)
    entries = "".join(_entry(line, parts if place == 0 else ()) for place, line in enumerate(lines))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}">'
        f"<{root}><GrpHdr><MsgId>M</MsgId></GrpHdr><{report}><Id>S-1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy>"
        f"</Acct>{balances}{extra}{entries}</{report}></{root}></Document>"
    ).encode()


def _balance(code: str, minor: int) -> str:
    side = "CRDT" if minor >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount(minor)}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-02-02</Dt></Dt></Bal>"
    )


def _entry(line: Line, parts: Sequence[Line]) -> str:
    side = "CRDT" if line.minor >= 0 else "DBIT"
    reference = f"<AcctSvcrRef>{line.ref}</AcctSvcrRef>" if line.ref else ""
    details = "".join(_detail(one) for one in (parts or (line,)))
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount(line.minor)}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>{reference}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _detail(line: Line) -> str:
    role = "Dbtr" if line.minor >= 0 else "Cdtr"
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy='EUR'>{amount(line.minor)}</Amt>"
        f"<RltdPties><{role}><Pty><Nm>{line.name}</Nm></Pty></{role}></RltdPties>"
        f"<RmtInf><Ustrd>{line.text}</Ustrd></RmtInf></TxDtls>"
    )


def ofx(lines: Sequence[Line], *, closing: int = 1423150) -> bytes:
    """Return an OFX 1 statement."""
    entries = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{line.day:%Y%m%d}<TRNAMT>{'-' if line.minor < 0 else ''}{amount(line.minor)}"
        f"<FITID>F{place}<NAME>{line.name or 'Bank'}<MEMO>{line.text}</STMTTRN>\n"
        for place, line in enumerate(lines)
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM>"
        f"<ACCTID>{ACCOUNT}</BANKACCTFROM><BANKTRANLIST>\n{entries}</BANKTRANLIST><LEDGERBAL><BALAMT>{amount(closing)}"
        "<DTASOF>20260204</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def qif(lines: Sequence[Line]) -> bytes:
    """Return a QIF file of one account."""
    records = "".join(
        f"D{line.day:%m/%d/%Y}\nT{'-' if line.minor < 0 else ''}{amount(line.minor)}\nP{line.name}\nM{line.text}\n^\n"
        for line in lines
    )
    return f"!Account\nN{ACCOUNT}\nTBank\n^\n!Type:Bank\n{records}".encode()


def bai2(lines: Sequence[Line], *, opening: int = 1000000, wrong: int = 0) -> bytes:
    """Return a BAI2 file; ``wrong`` is added to the account's control sum."""
    end = opening + sum(line.minor for line in lines)
    rows = [
        "01,SENDER,US,260204,1200,1,,,2/",
        "02,US,SENDER,1,260204,,EUR,2/",
        f"03,{ACCOUNT},EUR,010,{opening},,,015,{end},,/",
    ]
    for line in lines:
        rows += [
            f"16,{'195' if line.minor >= 0 else '495'},{abs(line.minor)},Z,,,{line.name}",
            f"88,{line.text}",
        ]
    total = opening + end + sum(abs(line.minor) for line in lines) + wrong
    rows.append(f"49,{total},{2 * len(lines) + 2}/")
    rows.append(f"98,{total},1,{2 * len(lines) + 4}/")
    rows.append(f"99,{total},1,{2 * len(lines) + 6}/")
    return "\n".join(rows).encode()


def csv(lines: Sequence[Line], *, opening: int | None = None) -> bytes:
    """Return a German CSV; with ``opening`` it has a column of running balances."""
    balance = opening or 0
    rows = [
        "Auftragskonto;Buchungstag;Begünstigter/Zahlungspflichtiger;Verwendungszweck;Betrag;Währung"
        + (";Saldo" if opening is not None else "")
    ]
    for line in lines:
        balance += line.minor
        figure = f"{'-' if line.minor < 0 else ''}{amount(line.minor, ',')}"
        row = f"{ACCOUNT};{line.day:%d.%m.%Y};{line.name};{line.text};{figure};EUR"
        rows.append(row + (f";{amount(balance, ',')}" if opening is not None else ""))
    return "\r\n".join(rows).encode("cp1252")


CHINESE = (
    "账户明细查询\r\n账号：6222020200012345678\r\n\r\n交易日期,借贷标志,交易金额,账户余额,对方户名,对方账号,摘要\r\n"
    '2026-02-02,贷,"12,505.00","112,505.00",埃克米商贸有限公司,6217000010001,货款 INV-2026-001\r\n'
    '2026-02-03,借,"1,000.00","111,505.00",供电局,95598,电费\r\n'
    "合计,,,,,,\r\n"
).encode("gb18030")
