"""Quality and cost of matching on made-up problems: ours beside exact keys and the shape most ledgers ship.

Run: ``.venv/bin/python benchmarks/match_quality.py --receipts 10000 --level typical --seed 5``: one JSON line.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from match_problems import LEVELS, Problem
from match_rivals import Answer, exact_keys, ledger_shape

ROOT = Path(__file__).resolve().parent.parent


def truth_of(folder: Path) -> tuple[Answer, dict[str, str]]:
    """Return for each receipt its allocations and its kind of case."""
    wanted: Answer = {}
    cases: dict[str, str] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cases[row["receipt_id"]] = row["case"]
            held = wanted.setdefault(row["receipt_id"], {})
            if row["item_id"]:
                held[row["item_id"]] = int(row["allocated_minor"])
    return wanted, cases


def proposals_of(path: Path) -> tuple[Answer, dict[str, float]]:
    """Return allocations and confidence from a file of proposals; receipts with a customer only are left out."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    sure: dict[str, float] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["item_id"]:
                found[row["receipt_id"]][row["item_id"]] = int(row["allocated_minor"])
                sure[row["receipt_id"]] = float(row["confidence"])
    return dict(found), sure


def measure(
    found: Answer, sure: dict[str, float], wanted: Answer, cases: dict[str, str]
) -> dict[str, object]:
    """Return precision, recall, auto@99.5 and @98 (longest prefix by confidence), and what stands above 0.995."""
    ranked = sorted(found, key=lambda receipt: (-sure[receipt], receipt))
    total, right = len(wanted), 0
    best = {0.995: 0, 0.98: 0}
    for size, receipt in enumerate(ranked, 1):
        right += found[receipt] == wanted[receipt]
        if (
            size == len(ranked) or sure[ranked[size]] != sure[receipt]
        ):  # equal confidence stands or falls together
            for level in best:
                if right >= level * size:
                    best[level] = right
    above = [receipt for receipt in ranked if sure[receipt] >= 0.995]
    good = sum(found[receipt] == wanted[receipt] for receipt in above)
    foreign = sum(cases[receipt] in {"noise", "twice"} for receipt in above)
    return {
        "precision": round(right / max(len(ranked), 1), 4), "recall": round(right / total, 4),
        "auto995": round(best[0.995] / total, 4), "auto98": round(best[0.98] / total, 4),
        "above": round(len(above) / total, 4), "above_precision": round(good / max(len(above), 1), 5),
        "above_foreign": round(foreign / total, 5),
    }  # fmt: skip


def by_case(found: Answer, wanted: Answer, cases: dict[str, str]) -> dict[str, float]:
    """Return the share of receipts that are right by kind of case."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for receipt, case in cases.items():
        counts[case][0] += found.get(receipt, {}) == wanted[receipt]
        counts[case][1] += 1
    return {case: round(right / total, 3) for case, (right, total) in sorted(counts.items())}


def run_ours(folder: Path) -> tuple[Answer, dict[str, float], float, float]:
    """Run the command in a process of its own; return proposals, CPU seconds and peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = folder / "proposals.csv"
    names = ("customers", "items", "receipts", "rates")
    given = [part for name in names for part in (f"--{name}", str(folder / f"{name}.csv"))]
    command = [sys.executable, "-m", "admin.commands", "match-files", *given, "--out", str(out), "--json"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "random"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found, sure = proposals_of(out)
    return found, sure, cpu, json.loads(done.stdout)["peak_memory_mb"]


def timed(
    run: Callable[[Path], tuple[Answer, dict[str, float]]], folder: Path
) -> tuple[Answer, dict[str, float], float]:
    """Run a rival in this process; return its answers and CPU seconds."""
    began = time.process_time()
    found, sure = run(folder)
    return found, sure, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=10_000)
    parser.add_argument("--level", choices=LEVELS, default="typical")
    parser.add_argument("--style", choices=("home", "away"), default="home")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="A problem written before; else one is made for the run.")
    parser.add_argument("--cases", action="store_true", help="Add the share right by kind of case.")
    parser.add_argument("--alone", action="store_true", help="Leave out the rivals (very large problems).")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        if given.folder is None:
            Problem(receipts=given.receipts, level=given.level, style=given.style, seed=given.seed).write(
                folder
            )
        wanted, cases = truth_of(folder)
        found, sure, cpu, memory = run_ours(folder)
        facts: dict[str, object] = {
            "receipts": len(wanted), "level": given.level, "style": given.style, "seed": given.seed,
            "ours": {**measure(found, sure, wanted, cases), "cpu_seconds": round(cpu, 2), "peak_mb": memory},
        }  # fmt: skip
        for name, rival in (
            () if given.alone else (("exact_keys", exact_keys), ("ledger_shape", ledger_shape))
        ):
            theirs, theirs_sure, seconds = timed(rival, folder)
            facts[name] = {**measure(theirs, theirs_sure, wanted, cases), "cpu_seconds": round(seconds, 2)}
            if name == "exact_keys":
                facts["cpu_ratio"] = round(cpu / seconds, 2)
        if given.cases:
            facts["cases"] = by_case(found, wanted, cases)
        print(json.dumps(facts))


if __name__ == "__main__":
    main()
