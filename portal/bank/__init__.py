"""The bank's word: accounts, files taken in, statements and their lines, each kept once."""

from __future__ import annotations

from portal.bank.load import BankRequest, import_bank_file, import_bank_files

__all__ = ["BankRequest", "import_bank_file", "import_bank_files"]
