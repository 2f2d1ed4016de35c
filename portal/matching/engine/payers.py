"""Who paid: account, name in all its spellings, owner, brand, or for whom a third party says it pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from portal.matching.engine.book import Book
from portal.matching.engine.names import LEVELS, Name, account_key, fits, keys_of_payer, payer_keys
from portal.matching.engine.state import Line
from portal.matching.engine.text import names_in

#: A name that so many customers share says nothing.
MOST_SHARING = 12

#: Customers and the level of evidence: A account, N seen name, F P C whole name, S sound, Y capitals cut short, O owner,
#: B brand, D one slip, L learned in this run, T named as the one for whom a third party pays, X account and name differ.
Who = tuple[tuple[int, ...], str]
NOBODY: Who = ((), "-")


class Payers:
    """Finds the customers behind payer names and accounts, once for each distinct one."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._by_text: dict[str, Who] = {}
        self._accounts: dict[str, Who] = {}
        self._learned: dict[str, Counter[int]] = {}

    def read(self, texts: Iterable[str]) -> None:
        """Look up all names of a batch at once."""
        exact: dict[str, list[int]] = {}
        for at, customer in enumerate(self.book.customers):
            for text in {customer.name, customer.name_en} - {""}:
                exact.setdefault(text, []).append(at)
        unread: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for text in texts:
            if text in self._by_text or text in unread:
                continue
            if text in exact:
                self._by_text[text] = (tuple(exact[text][:MOST_SHARING]), "F")
            else:
                unread[text] = keys_of_payer(text)
        wanted = {key for levels in unread.values() for _, keys in levels for key in keys}
        hits = self.book.find_names(wanted)
        for text, levels in unread.items():
            self._by_text[text] = self._best(text, levels, hits)

    def _best(self, text: str, levels: list[tuple[str, tuple[str, ...]]], hits: dict[str, list[int]]) -> Who:
        name = Name(text)
        seen = self.book.payers.get(f"N:{name.whole}")
        if seen:
            return (tuple(sorted(seen)), "N")
        for level, keys in levels:
            found = sorted({customer for key in keys for customer in hits.get(key, ())})
            found = [at for at in found if fits(level, name, self.book.customers[at])]
            if found and len(found) <= MOST_SHARING:
                return (tuple(found), level)
        return NOBODY

    def by_name(self, text: str) -> Who:
        """Return whom a payer name means."""
        return self._by_text.get(text, NOBODY)

    def by_account(self, account: str) -> Who:
        """Return whose account this is or who was seen paying from it."""
        who = self._accounts.get(account)
        if who is None:
            seen = self.book.payers.get(account_key(account)) if account else None
            who = self._accounts[account] = (tuple(sorted(seen)), "A") if seen else NOBODY
        return who

    def of(self, line: Line) -> Who:
        """Return who paid a receipt by everything that is known of it."""
        name, account = self.by_name(line.receipt.payer_name), self.by_account(line.receipt.payer_account)
        for text in names_in(line.text) if line.text else ():
            if (meant := self.by_name(text))[0]:
                return (meant[0], "T")
        if not account[0]:
            return name
        if not name[0] or set(account[0]) >= set(name[0]):
            return account
        both = tuple(at for at in account[0] if at in name[0])
        if both:
            return (both, "A")
        return ((*account[0], *name[0])[:MOST_SHARING], "X")

    def learn(self, line: Line, customer: int) -> None:
        """Remember from a sure match who pays for whom."""
        for key in payer_keys(line.receipt):
            self._learned.setdefault(key, Counter())[customer] += 1

    def learned(self, line: Line) -> Counter[int]:
        """Return for whom this payer was seen paying in this run."""
        found: Counter[int] = Counter()
        for key in payer_keys(line.receipt):
            found.update(self._learned.get(key, {}))
        return found


__all__ = ["LEVELS", "NOBODY", "Payers", "Who"]
