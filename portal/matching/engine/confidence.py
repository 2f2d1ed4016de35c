"""Confidence as counted experience: of so many proposals of this kind so many were right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

#: Proposals at or above this may be posted by themselves.
AUTOMATIC = 0.995
#: The most an ambiguous proposal can reach.
AMBIGUOUS = 0.9
#: How many cases of the wider kind count as experience with a narrow one.
BORROWED = 2.0
#: How many cases the shipped experience with a bucket counts beside the books' own.
SHIPPED = 400

Counts = Mapping[str, tuple[float, float]]


class Calibration:
    """Observed precision by bucket, ``rule|difference|payer|chance|flags``; wider ones drop the last parts."""

    def __init__(self, counts: Counts) -> None:
        self._counts: dict[str, tuple[float, float]] = {}
        for bucket, (right, total) in counts.items():
            for wide in _widths(bucket):
                old = self._counts.get(wide, (0.0, 0.0))
                self._counts[wide] = (old[0] + right, old[1] + total)
        self._exact = dict(counts)
        self._known: dict[str, float] = {}

    @classmethod
    def default(cls) -> Calibration:
        """Return the shipped calibration, counted on made-up problems in several styles and difficulties."""
        return _default()

    def learned(self, counts: Counts) -> Calibration:
        """Return a calibration with the books' own confirmed history added.

        What was known before counts like at most ``SHIPPED`` cases, so that own experience soon decides.
        """
        merged = dict(self._exact)
        for bucket, (right, total) in counts.items():
            old_right, old_total = merged.get(bucket, (0.0, 0.0))
            weight = min(1.0, SHIPPED / old_total) if old_total else 1.0
            merged[bucket] = (old_right * weight + right, old_total * weight + total)
        return Calibration(merged)

    def of(self, bucket: str, *, is_ambiguous: bool = False) -> float:
        """Return the confidence of a proposal, (right + ½) ÷ (total + 2) with little borrowed from wider kinds."""
        known = self._known.get(bucket)
        if known is None:
            known = 0.5
            for wide in reversed(_widths(bucket)):
                right, total = self._counts.get(wide, (0.0, 0.0))
                borrowed = BORROWED if wide != bucket or total < 200 else 0.0
                if total:
                    known = (right + known * borrowed + (0 if borrowed else 0.5)) / (
                        total + (borrowed or 2.0)
                    )
            self._known[bucket] = known
        return min(known, AMBIGUOUS) if is_ambiguous else known


def _widths(bucket: str) -> list[str]:
    """Return the bucket, then without flags, without chance, without payer, the rule alone."""
    parts = bucket.split("|")
    return [bucket, *("|".join(parts[:size]) for size in range(len(parts) - 1, 0, -1))]


@cache
def _default() -> Calibration:
    path = Path(__file__).with_name("calibration.json")
    counts = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Calibration({bucket: (right, total) for bucket, (right, total) in counts.items()})
