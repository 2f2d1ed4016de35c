"""Time and memory of taking in bank files: ``python -m benchmarks.bank_load [lines]``, each in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

FORMATS = ("mt940", "camt", "csv")
DAYS = 60


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        measure(sys.argv[2], Path(sys.argv[3]), lines)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            path = Path(folder) / f"file.{name}"
            path.write_bytes(WRITERS[name](lines))
            subprocess.run(
                [sys.executable, "-m", "benchmarks.bank_load", str(lines), name, str(path)], check=True
            )


def measure(name: str, path: Path, lines: int) -> None:
    import portal.models  # noqa: F401 - names every models module
    from portal.access import system_actor
    from portal.bank import BankRequest, import_bank_file
    from portal.db import Database
    from portal.ledger import ensure_entity
    from portal.migrate import migrate_database

    now = datetime(2026, 3, 2, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate_database(database)
        with database.writing() as session:
            ensure_entity(session, now=now)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        for what in ("first", "again"):
            begun, used = time.perf_counter(), time.process_time()
            result = import_bank_file(database, BankRequest(path=path), actor=system_actor("bench"), now=now)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - used
            assert result.lines == lines, result.as_json()["errors"]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            print(
                f"{name:6} {what}: {lines:,} lines, {path.stat().st_size >> 20} MB, {result.imported:,} new, "
                f"{seconds:.1f} s ({cpu:.1f} CPU), peak {peak} MB (before: {before} MB)"
            )
        database.dispose()


def _facts(lines: int):  # type: ignore[no-untyped-def]
    chance = Random(7)
    first = date(2026, 1, 2)
    for place in range(lines):
        minor = chance.randrange(100, 10_000_000) * (1 if chance.random() < 0.7 else -1)
        yield place, first + timedelta(days=place * DAYS // lines), minor


def _amount(minor: int, mark: str) -> str:
    return f"{abs(minor) // 100}{mark}{abs(minor) % 100:02d}"


def write_mt940(lines: int) -> bytes:
    rows, balance = (
        [":20:BENCH", ":25:DE89370400440532013000", ":28C:1/1", ":60F:C260101EUR1000000,00"],
        100_000_000,
    )
    for place, day, minor in _facts(lines):
        balance += minor
        side = "C" if minor > 0 else "D"
        rows.append(f":61:{day:%y%m%d}{day:%m%d}{side}{_amount(minor, ',')}NTRFNONREF//B{place:012d}")
        rows.append(
            f":86:166?00GUTSCHRIFT?20EREF+INV-{place:06d}?21SVWZ+Rechnung {place}?31DE0210?32Customer {place % 900}"
        )
    rows += [f":62F:{'C' if balance >= 0 else 'D'}260302EUR{_amount(balance, ',')}", "-"]
    return "\r\n".join(rows).encode()


def write_camt(lines: int) -> bytes:
    head = (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        "<Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    )
    rows = [head]
    for place, day, minor in _facts(lines):
        side, role = ("CRDT", "Dbtr") if minor > 0 else ("DBIT", "Cdtr")
        rows.append(
            f"<Ntry><Amt Ccy='EUR'>{_amount(minor, '.')}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>B{place:012d}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>"
            f"<{role}><Pty><Nm>Customer {place % 900}</Nm></Pty></{role}></RltdPties><RmtInf>"
            f"<Ustrd>INV-{place:06d}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    return ("\n".join(rows) + "</Stmt></BkToCstmrStmt></Document>").encode()


def write_csv(lines: int) -> bytes:
    rows, balance = (
        [
            "账号：6222020200012345678",
            "交易日期,借贷标志,交易金额,账户余额,对方户名,对方账号,摘要,交易流水号",
        ],
        100_000_000,
    )
    for place, day, minor in _facts(lines):
        balance += minor
        side = "贷" if minor > 0 else "借"
        rows.append(
            f"{day},{side},{_amount(minor, '.')},{'-' if balance < 0 else ''}{_amount(balance, '.')},"
            f"客户{place % 900}有限公司,62170000{place % 900:06d},货款 INV-2026-{place:06d},LS{place:010d}"
        )
    return "\r\n".join(rows).encode("gb18030")


WRITERS = {"mt940": write_mt940, "camt": write_camt, "csv": write_csv}

if __name__ == "__main__":
    main()
