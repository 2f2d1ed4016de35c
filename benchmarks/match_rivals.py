"""Two plain matchers to measure against: exact keys in dictionaries, and the shape most ledgers ship."""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{4,}")
_DIGITS = re.compile(r"\d{4,}")

Answer = dict[str, dict[str, int]]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _plain(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def exact_keys(folder: Path) -> tuple[Answer, dict[str, float]]:
    """Match the document number as printed with the exact amount, else exact name with a unique exact amount."""
    names: dict[str, str] = {}
    for customer, name, name_en, *_ in _plain(folder, "customers"):
        names.setdefault(name, customer)
        if name_en:
            names.setdefault(name_en, customer)
    by_number: dict[str, tuple[str, int]] = {}
    by_amount: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
    for item, customer, _kind, doc, fapiao, _po, _on, _due, currency, open_ in _plain(folder, "items"):
        amount = int(open_)
        by_number[doc] = (item, amount)
        if fapiao:
            by_number[fapiao] = (item, amount)
        by_amount[customer, currency, amount].append(item)
    taken: set[str] = set()
    found: Answer = {}
    sure: dict[str, float] = {}
    for receipt, _on, currency, minor, payer, _account, narrative in _plain(folder, "receipts"):
        amount = int(minor)
        for token in _NUMBER.findall(narrative):
            hit = by_number.get(token)
            if hit and hit[1] == amount and hit[0] not in taken:
                taken.add(hit[0])
                found[receipt], sure[receipt] = {hit[0]: amount}, 1.0
                break
        else:
            items = by_amount.get((names.get(payer, ""), currency, amount), ())
            if len(items) == 1 and items[0] not in taken:
                taken.add(items[0])
                found[receipt], sure[receipt] = {items[0]: amount}, 0.9
    return found, sure


def ledger_shape(folder: Path) -> tuple[Answer, dict[str, float]]:
    """Digit tokens against document numbers, else the payer's items oldest first until the amount is reached."""
    names = {row["name"]: row["customer_id"] for row in _rows(folder, "customers")}
    by_token: defaultdict[str, list[str]] = defaultdict(list)
    of_customer: defaultdict[str, list[str]] = defaultdict(list)
    amounts: dict[str, int] = {}
    for row in sorted(_rows(folder, "items"), key=lambda row: row["due_date"]):
        amounts[row["item_id"]] = int(row["open_minor"])
        of_customer[row["customer_id"]].append(row["item_id"])
        for token in _DIGITS.findall(row["doc_no"]):
            by_token[token].append(row["item_id"])
    left = dict(amounts)
    found: Answer = {}
    sure: dict[str, float] = {}
    for row in _rows(folder, "receipts"):
        amount = int(row["amount_minor"])
        hits = {item for token in _DIGITS.findall(row["narrative"]) for item in by_token.get(token, ())[:50]}
        exact = [item for item in sorted(hits) if left[item] == amount]
        chosen = exact[:1]
        if not chosen:
            open_ = [
                item for item in of_customer.get(names.get(row["payer_name"], ""), ()) if left[item] > 0
            ][:400]
            total, sums = 0, []
            for item in open_:
                total += left[item]
                sums.append(total)
            at = bisect_left(sums, amount)
            chosen = open_[: at + 1] if at < len(sums) and sums[at] == amount else []
        if chosen:
            found[row["receipt_id"]] = {item: left[item] for item in chosen}
            sure[row["receipt_id"]] = 1.0 if exact else 0.9
            for item in chosen:
                left[item] = 0
    return found, sure
