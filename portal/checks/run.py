"""Run every check and put the findings together by invariant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.checks import answers, books, guards, items, papers, sending, trail, walls
from portal.checks.probe import SHOWN, Finding, Probe, run_probe
from portal.errors import N_

#: Every invariant of the books (I) and of the installation (Inv), in the order of the report.
INVARIANTS = {
    "I1": N_("Every entry balances in each document currency and in book currency"),
    "I2": N_("What documents say a customer owes stands on the customers' accounts"),
    "I3": N_("Opening and movements make the closing balance of every statement, line by line"),
    "I4": N_("Open items and the ageing sum to the balance"),
    "I5": N_("No document is allocated beyond its amount"),
    "I6": N_("Amounts are whole minor units"),
    "I7": N_("Answers to lines 0 to n sum to the closing balance"),
    "Inv1": N_("Every document has its one balanced entry, posted into an open month"),
    "Inv2": N_("Roll-up, documents and accounts agree for every month"),
    "Inv3": N_("Posted rows never change: the guards stand and the figures are those recorded"),
    "Inv4": N_("Between nothing and all of a document is open"),
    "Inv5": N_("Every document is there once"),
    "Inv6": N_("A statement's stored content hashes to its hash and closes with the ledger"),
    "Inv7": N_("Every signature fits the version it names"),
    "Inv8": N_("A month opens with what the month before closed with"),
    "Inv9": N_("Maker and checker are two people, and the checker was allowed"),
    "Inv10": N_("The audit chain holds and extends its anchors"),
    "Inv11": N_("Every state change is legal and has exactly one audit row"),
    "Inv12": N_("Nobody is told twice of one version and stage"),
    "Inv13": N_("No row of one customer refers to another's"),
}


@dataclass(frozen=True, slots=True)
class Invariant:
    """The result of one invariant: how many rows were looked at, how many are wrong, the first few in words."""

    id: str
    title: str
    checked: int
    violations: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results of all invariants, in order; ``ok`` only when none is violated."""

    invariants: tuple[Invariant, ...]
    at: datetime

    @property
    def violations(self) -> int:
        """How many rows are wrong, over all invariants."""
        return sum(invariant.violations for invariant in self.invariants)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.violations == 0

    def as_json(self) -> dict[str, Any]:
        """Return the answer of ``check --json``."""
        return {
            "ok": self.ok,
            "violations": self.violations,
            "invariants": [
                {
                    "id": item.id,
                    "checked": item.checked,
                    "violations": item.violations,
                    "first": list(item.first),
                }
                for item in self.invariants
            ],
        }


def run_checks(session: Session, *, home: Path, now: datetime) -> CheckReport:
    """Check every invariant of the books and of the installation; nothing is changed.

    Args:
        session: A reading session: all checks see one moment.
        home: Folder of the audit anchors.
        now: When.

    Source: domain.md, I1 to I7; security.md, Inv1 to Inv13.
    """
    found = [*(_run(session)), trail.chain(session, home)]
    return CheckReport(tuple(_merged(found)), now)


def _run(session: Session) -> Iterator[Finding]:
    yield items.integers(session)
    for probe in _probes(session):
        yield _held(probe.invariant, partial(run_probe, session, probe))
    walks = (
        ("Inv3", guards.guards), ("Inv3", guards.posted_figures), ("Inv6", papers.hashes),
        ("Inv7", answers.signatures), ("I7", answers.signed_answers), ("Inv9", answers.approved_contents),
    )  # fmt: skip
    for invariant, walk in walks:
        yield _held(invariant, partial(walk, session))


def _held(invariant: str, check: Callable[[], Finding]) -> Finding:
    """Run one check; values that no program wrote (see I6) may not keep the others from running."""
    try:
        return check()
    except (ValueError, TypeError, KeyError) as error:
        return Finding(invariant, 1, 1, (f"a stored value cannot be read: {error}",))


def _probes(session: Session) -> Iterator[Probe]:
    yield from books.probes(session)
    yield from items.probes()
    yield from papers.probes()
    yield from answers.probes()
    yield from trail.probes()
    yield from sending.probes()
    yield from walls.probes()


def _merged(findings: Iterable[Finding]) -> Iterator[Invariant]:
    by_id: dict[str, list[Finding]] = {id_: [] for id_ in INVARIANTS}
    for finding in findings:
        by_id[finding.invariant].append(finding)
    for id_, title in INVARIANTS.items():
        first = [re.sub(r"\s+", " ", line) for finding in by_id[id_] for line in finding.first]
        yield Invariant(
            id_, title, max((finding.checked for finding in by_id[id_]), default=0),
            sum(finding.violations for finding in by_id[id_]), tuple(first[:SHOWN]),
        )  # fmt: skip
