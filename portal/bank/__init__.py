"""The bank's word: accounts, files taken in, statements and their lines, each kept once.

A line is identified by its account and the bank's id, or by day, amount, text and the how-manieth of its equals that
day: the same file again, an overlapping one, or the camt.054 of a known camt.053 bring nothing new.

| a line is | when | next |
|---|---|---|
| new | the bank booked it | matched, parked, ignored |
| matched | it pays documents | new (the match is undone) |
| parked | someone will look again | new, matched, ignored |
| ignored | it is no customer's money | new |

Who may: imports:run takes files in and undoes them, bank:read looks, bank:work moves lines.
"""

from __future__ import annotations

from portal.bank.accounts import UnknownBankAccount, edit_account, open_account
from portal.bank.file_queries import (
    FILE_SORTS,
    find_bank_file,
    list_bank_files,
    list_bank_problems,
    statements_in,
)
from portal.bank.layouts import (
    LAYOUT_KIND,
    ROLE_LABELS,
    ColumnsView,
    LayoutDraft,
    columns_of,
    correct_columns,
)
from portal.bank.line_queries import LINE_SORTS, find_bank_line, list_bank_lines
from portal.bank.lines import move_lines, set_line_state
from portal.bank.load import BankProgress, BankRequest, import_bank_file, import_bank_files
from portal.bank.queries import (
    ACCOUNT_SORTS,
    account_choices,
    find_bank_account,
    late_feeds,
    list_bank_accounts,
    statements_of,
)
from portal.bank.results import FileResult, bank_problem_json
from portal.bank.rules import FILE_LABELS, KIND_LABELS, LINE_LABELS
from portal.bank.undo import undo_bank_file
from portal.bank.upload import (
    check_bank_file,
    check_bank_file_again,
    load_bank_file,
    receive_bank_files,
    start_bank_load,
)
from portal.bank.views import AccountRow, BankProblemRow, FileRow, LineRow, StatementRow
from portal.connectors.bank_files import READERS

#: Formats that can be forced; ``auto`` tells them by the content.
BANK_FORMATS = tuple(READERS)

__all__ = [
    "ACCOUNT_SORTS",
    "BANK_FORMATS",
    "FILE_LABELS",
    "FILE_SORTS",
    "KIND_LABELS",
    "LAYOUT_KIND",
    "LINE_LABELS",
    "LINE_SORTS",
    "ROLE_LABELS",
    "AccountRow",
    "BankProblemRow",
    "BankProgress",
    "BankRequest",
    "ColumnsView",
    "FileResult",
    "FileRow",
    "LayoutDraft",
    "LineRow",
    "StatementRow",
    "UnknownBankAccount",
    "account_choices",
    "bank_problem_json",
    "check_bank_file",
    "check_bank_file_again",
    "columns_of",
    "correct_columns",
    "edit_account",
    "find_bank_account",
    "find_bank_file",
    "find_bank_line",
    "import_bank_file",
    "import_bank_files",
    "late_feeds",
    "list_bank_accounts",
    "list_bank_files",
    "list_bank_lines",
    "list_bank_problems",
    "load_bank_file",
    "move_lines",
    "open_account",
    "receive_bank_files",
    "set_line_state",
    "start_bank_load",
    "statements_in",
    "statements_of",
    "undo_bank_file",
]
