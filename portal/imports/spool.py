"""Where the rows of one file wait while they are planned: on disk, so that memory does not grow with the file.

The database behind it is a nameless SQLite file that vanishes with the process, whatever ends it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

from portal.imports.control import Control
from portal.imports.row_text import cells_of, from_text, to_text
from portal.imports.rules import DocumentRow, Problem

#: When a document is planned: after what it may be applied to, and last what waits for everything else.
PLAIN, CREDIT, REFUND, LAST = range(4)
_KEY = ("entity", "kind", "document_no", "item")

_TABLES = """
CREATE TABLE rows (no INTEGER PRIMARY KEY, entity TEXT, kind TEXT, document_no TEXT, is_item INTEGER, phase INTEGER,
    is_good INTEGER, typed TEXT, raw TEXT, cells TEXT);
CREATE TABLE targets (document_no TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE names (customer_no TEXT PRIMARY KEY, name TEXT, day INTEGER, no INTEGER) WITHOUT ROWID;
CREATE TABLE outcomes (no INTEGER PRIMARY KEY, outcome TEXT);
CREATE TABLE problems (no INTEGER, column_name TEXT, code TEXT, message TEXT, params TEXT);
CREATE INDEX ix_problems ON problems (no);
CREATE TABLE waiting (head INTEGER PRIMARY KEY);
CREATE TABLE planned (key TEXT PRIMARY KEY, number TEXT, body TEXT) WITHOUT ROWID;
CREATE INDEX ix_planned ON planned (number);
CREATE TABLE pairs (credit_id INTEGER, debit_id INTEGER, amount INTEGER, PRIMARY KEY (credit_id, debit_id));
"""

_PLAN = """
CREATE TABLE plan AS
WITH keyed AS (
    SELECT no, phase, entity, kind, document_no, CASE WHEN is_item THEN
        min(no) OVER (PARTITION BY entity, kind, document_no, is_item) ELSE no END AS head
    FROM rows WHERE is_good OR (is_item AND document_no <> '')
)
SELECT no, head, max(phase) OVER (PARTITION BY head) AS phase,
    dense_rank() OVER (PARTITION BY entity, kind, document_no ORDER BY head) AS turn FROM keyed
"""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one document, in order of the file.

    Attributes:
        head: Line of its first row.
        phase: When it is planned.
        turn: 1 for the first telling of this document in the file, 2 for the next.
        rows: The rows that passed.
        refused: Lines of the rows that did not; then the document cannot be taken in.
        is_target: Whether another row of the file names it in ``applies_to``.
    """

    head: int
    phase: int
    turn: int
    rows: tuple[DocumentRow, ...]
    refused: tuple[int, ...]
    is_target: bool


class Spool:
    """The rows of one file with what is known of each; closed at the end, nothing is left."""

    def __init__(self) -> None:
        """Open the nameless file."""
        self.db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("PRAGMA cache_size = -16384")
        self.db.execute("PRAGMA temp_store = FILE")
        self.db.executescript(_TABLES)
        self.db.execute("BEGIN")  # never committed: what is kept here is of no use to anyone else
        self.header: tuple[str, ...] = ()
        self.control = Control()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    # --- reading the file -----------------------------------------------------------------------------------------

    def add_rows(self, rows: Iterable[tuple[int, DocumentRow | Mapping[str, str], Sequence[str]]]) -> None:
        """Keep rows of the file: line, typed row (or the cells by column of one that did not pass), cells."""
        kept: list[tuple[object, ...]] = []
        targets, names = [], []
        for no, row, cells in rows:
            raw = json.dumps(cells, ensure_ascii=False)
            if not isinstance(row, DocumentRow):
                entity, kind, document_no, item = (row.get(name, "") for name in _KEY)
                told = json.dumps(dict(row), ensure_ascii=False)
                kept.append((no, entity, kind, document_no, bool(item), PLAIN, False, None, raw, told))
                continue
            phase = PLAIN if not row.applies_to else REFUND if row.kind == "refund" else CREDIT
            kept.append(
                (
                    no,
                    row.entity,
                    row.kind,
                    row.document_no,
                    bool(row.item),
                    phase,
                    True,
                    to_text(row),
                    raw,
                    None,
                )
            )
            targets += [(target.document_no,) for target in row.applies_to]
            if row.customer_name:
                names.append((row.customer_no, row.customer_name, row.document_on.toordinal(), no))
        self.db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kept)
        self.db.executemany("INSERT OR IGNORE INTO targets VALUES (?)", targets)
        self.db.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT (customer_no) DO UPDATE SET name = excluded.name, "
            "day = excluded.day, no = excluded.no WHERE (excluded.day, excluded.no) > (day, no)",
            names,
        )

    def finish_reading(self) -> int:
        """Put the documents in the order they are planned in; returns how many there are."""
        self.db.execute(_PLAN)
        self.db.execute("CREATE INDEX ix_plan ON plan (phase, turn, head, no)")
        return int(self._one("SELECT count(DISTINCT head) FROM plan"))

    def entities(self) -> list[str]:
        """Return the entity codes named by rows that passed."""
        return [
            code
            for (code,) in self.db.execute("SELECT DISTINCT entity FROM rows WHERE is_good AND entity <> ''")
        ]

    # --- planning ---------------------------------------------------------------------------------------------------

    def groups(self) -> Iterator[Group]:
        """Yield every document in the order it is planned."""
        query = (
            "SELECT p.phase, p.turn, p.head, r.no, r.typed, EXISTS (SELECT 1 FROM targets t WHERE t.document_no = "
            "r.document_no) FROM plan p JOIN rows r ON r.no = p.no ORDER BY p.phase, p.turn, p.head, p.no"
        )
        return _grouped(self.db.execute(query))

    def wait(self, heads: Iterable[int]) -> None:
        """Keep documents for the last phase."""
        self.db.executemany("INSERT OR IGNORE INTO waiting VALUES (?)", [(head,) for head in heads])

    def waiting(self) -> Iterator[Group]:
        """Yield the documents kept for the last phase."""
        query = (
            "SELECT 3, p.turn, p.head, r.no, r.typed, 1 FROM waiting w JOIN plan p ON p.head = w.head "
            "JOIN rows r ON r.no = p.no ORDER BY p.turn, p.head, p.no"
        )
        return _grouped(self.db.execute(query))

    def names_of(self, numbers: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Return customer number → (newest name in the file, line it stands in)."""
        rows = self._in("SELECT customer_no, name, no FROM names WHERE customer_no IN (%s)", numbers)
        return {number: (name, no) for number, name, no in rows}

    def note(self, outcomes: Iterable[tuple[int, str]]) -> None:
        """Keep what became of rows; a later word replaces an earlier one."""
        self.db.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", outcomes)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Keep why rows are refused."""
        self.db.executemany(
            "INSERT INTO problems VALUES (?, ?, ?, ?, ?)",
            [
                (p.row_no, p.column, p.code, p.message, json.dumps(dict(p.params), default=str))
                for p in problems
            ],
        )

    def first_problem(self, no: int) -> Problem:
        """Return the first problem of a refused row."""
        column, code, message, params = self.db.execute(
            "SELECT column_name, code, message, params FROM problems WHERE no = ? ORDER BY rowid LIMIT 1",
            (no,),
        ).fetchone()
        return Problem(no, column, code, message, json.loads(params))

    def change_later(self, rows: Iterable[int]) -> None:
        """Turn rows that had no effect so far into updated ones."""
        self.db.executemany(
            "UPDATE outcomes SET outcome = 'updated' WHERE no = ? AND outcome = 'duplicate'",
            [(no,) for no in rows],
        )

    # --- what a dry run would have posted ---------------------------------------------------------------------------

    def keep_planned(self, documents: Iterable[tuple[str, str, str]]) -> None:
        """Keep documents that would be there by now: key, number, body."""
        self.db.executemany("INSERT OR REPLACE INTO planned VALUES (?, ?, ?)", documents)

    def planned(self, numbers: Sequence[str]) -> list[tuple[str, str]]:
        """Return key and body of the kept documents with these numbers."""
        return self._in("SELECT key, body FROM planned WHERE number IN (%s)", numbers)

    def keep_pairs(self, pairs: Iterable[tuple[int, int, int]]) -> None:
        """Keep what would be applied by now: credit, debit, amount."""
        self.db.executemany(
            "INSERT INTO pairs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            pairs,
        )

    def pairs(self, credit_ids: Sequence[int]) -> list[tuple[int, int, int]]:
        """Return what would be applied of these credits by now."""
        return self._in("SELECT credit_id, debit_id, amount FROM pairs WHERE credit_id IN (%s)", credit_ids)

    # --- the answer ---------------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Return the number of rows by what became of them."""
        return dict(self.db.execute("SELECT outcome, count(*) FROM outcomes GROUP BY outcome").fetchall())

    def row_count(self) -> int:
        """Return the number of rows read."""
        return int(self._one("SELECT count(*) FROM rows"))

    def problems(self) -> Iterator[Problem]:
        """Yield every problem, in order of the file."""
        query = "SELECT no, column_name, code, message, params FROM problems ORDER BY no, rowid"
        for no, column, code, message, params in self.db.execute(query):
            yield Problem(no, column, code, message, json.loads(params))

    def cells(self, no: int) -> list[str]:
        """Return the cells of a row as they stand in the file."""
        found = self.db.execute("SELECT raw FROM rows WHERE no = ?", (no,)).fetchone()
        return list(json.loads(found[0])) if found else []

    def standard_cells(self, no: int) -> dict[str, str]:
        """Return the cells of a row by column of the standard format, as far as they were understood."""
        found = self.db.execute("SELECT typed, cells FROM rows WHERE no = ?", (no,)).fetchone()
        if found is None:
            return {}
        typed, cells = found
        return cells_of(from_text(no, typed)) if typed is not None else dict(json.loads(cells or "{}"))

    def row_numbers(self) -> list[int]:
        """Return the lines of all rows read."""
        return [no for (no,) in self.db.execute("SELECT no FROM rows ORDER BY no")]

    def refuse_everything(self) -> None:
        """Note that no row of the file is taken in."""
        self.db.execute("INSERT OR REPLACE INTO outcomes SELECT no, 'rejected' FROM rows")

    def _one(self, query: str) -> Any:
        return self.db.execute(query).fetchone()[0]

    def _in(self, query: str, values: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(values), 900):
            part = values[start : start + 900]
            found += self.db.execute(query % ", ".join("?" * len(part)), part).fetchall()
        return found


def _grouped(cursor: Iterable[tuple[int, int, int, int, str | None, int]]) -> Iterator[Group]:
    for (phase, turn, head), members in groupby(cursor, key=lambda row: row[:3]):
        found = list(members)
        yield Group(
            head, phase, turn, tuple(from_text(row[3], row[4]) for row in found if row[4] is not None),
            tuple(row[3] for row in found if row[4] is None), bool(found[0][5]),
        )  # fmt: skip
