"""Who paid: account, name in all its spellings, owner, brand, or for whom a third party says it pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from portal.matching.engine.book import Book
from portal.matching.engine.names import Name, account_key, fits, keys_of_customer, keys_of_payer, names_of
from portal.matching.engine.state import Line

#: A name that so many customers share says nothing.
MOST_SHARING = 12

#: Customers and the level of evidence: A account, N seen name, F P C whole name, S sound, Y capitals cut short,
#: O owner, B brand, D one slip, L learned in this run, T the one a third party pays for, X account and name differ.
Who = tuple[tuple[int, ...], str]
NOBODY: Who = ((), "-")
#: Levels that are asked together, the cheap ones first: a name found in one phase is not looked for in the next.
#: How many names are looked up at a time: a matter of memory only.
BATCH = 100_000
PHASES = ("FPOC", "SYB", "D")


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
        unread: dict[str, Name] = {}
        for text in texts:
            if text in self._by_text or text in unread:
                continue
            if text in exact:
                self._by_text[text] = (tuple(exact[text][:MOST_SHARING]), "F")
            else:
                unread[text] = Name(text)
        for text in [text for text in unread if self._is_remembered(text, unread[text])]:
            del unread[text]
        ours = [names_of(customer) for customer in self.book.customers]
        waiting = list(unread.items())
        for start in range(0, len(waiting), BATCH):
            some = dict(waiting[start : start + BATCH])
            for levels in PHASES:
                self._look_up(some, ours, levels)

    def _is_remembered(self, text: str, name: Name) -> bool:
        seen = self.book.payers.get(f"N:{name.whole}") if len(name.whole) > 1 else None
        if seen:
            self._by_text[text] = (tuple(sorted(seen)), "N")
        return bool(seen)

    def _look_up(self, unread: dict[str, Name], ours: list[list[Name]], levels: str) -> None:
        """Find the names that these levels know and take them out."""
        wanted = {text: keys_of_payer(name, levels) for text, name in unread.items()}
        keys = {key for found in wanted.values() for _, some in found for key in some}
        hits: dict[str, list[int]] = {}
        for at, customer in enumerate(self.book.customers) if keys else ():
            for key in keys & keys_of_customer(customer, ours[at], levels):
                hits.setdefault(key, []).append(at)
        for text, found in wanted.items():
            for level, some in found:
                ids = sorted({at for key in some for at in hits.get(key, ())})
                ids = [at for at in ids if fits(level, unread[text], ours[at])]
                if ids and len(ids) <= MOST_SHARING:
                    self._by_text[text] = (tuple(ids), level)
                    del unread[text]
                    break

    def forget(self) -> None:
        """Let go of the names, once every receipt knows its payer."""
        self._by_text.clear()
        self._accounts.clear()

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
        for text in line.meant:
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
        for key in (line.receipt.payer_account, line.receipt.payer_name):
            if len(key) > 1:
                self._learned.setdefault(key, Counter())[customer] += 1

    def learned(self, line: Line) -> Counter[int]:
        """Return for whom this payer was seen paying in this run."""
        account = self._learned.get(line.receipt.payer_account)
        name = self._learned.get(line.receipt.payer_name)
        return (account + name if account and name else account or name) or Counter()
