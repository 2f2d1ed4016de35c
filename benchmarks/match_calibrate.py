"""Counts right and wrong proposals by bucket on made-up problems and writes the calibration the engine ships with.

Run: ``PYTHONPATH=. .venv/bin/python benchmarks/match_calibrate.py``. Measure with other seeds than its own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path

from match_problems import LEVELS, Problem
from match_quality import ROOT, truth_of

from portal.matching.engine import Calibration, Matching, Tolerances
from portal.matching.engine.tables import read_book, read_rates, read_receipts

Counts = dict[str, list[int]]


def count(folder: Path, counts: Counts) -> None:
    """Match a problem and add its verdicts to the counts; receipts of which only the payer is known stay out."""
    wanted, _ = truth_of(folder)
    book = read_book(folder / "customers.csv", folder / "items.csv")
    rates = read_rates(folder / "rates.csv")
    matching = Matching(read_receipts(folder / "receipts.csv"), book, tolerances=Tolerances(), rates=rates)
    matching.run()
    for proposal in matching.proposals(Calibration({})):
        found = {one.item_id: one.amount_minor for one in proposal.allocations}
        counts[proposal.bucket][0] += bool(found) and found == wanted[proposal.receipt_id]
        counts[proposal.bucket][1] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=101)
    given = parser.parse_args()
    counts: Counts = defaultdict(lambda: [0, 0])
    for style in ("home", "away"):
        for level in LEVELS:
            for seed, receipts in ((given.seed, given.receipts), (given.seed + 1, given.receipts // 3)):
                with tempfile.TemporaryDirectory() as folder:
                    Problem(receipts=receipts, level=level, style=style, seed=seed).write(Path(folder))
                    count(Path(folder), counts)
    target = ROOT / "portal" / "matching" / "engine" / "calibration.json"
    lines = ",\n".join(f"{json.dumps(bucket)}:{json.dumps(seen)}" for bucket, seen in sorted(counts.items()))
    target.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    print(json.dumps({"buckets": len(counts), "proposals": sum(total for _, total in counts.values())}))


if __name__ == "__main__":
    main()
