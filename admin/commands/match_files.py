"""``concord match-files``: receipts matched with open items from files, without a database."""

from __future__ import annotations

import gc
import resource
from pathlib import Path
from time import perf_counter, process_time

import click

from admin.commands.context import answer, as_json, say
from portal.matching.engine import Calibration, Matching, Rates, Tolerances
from portal.matching.engine.tables import read_book, read_rates, read_receipts, write_proposals

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match-files")
@click.option("--customers", required=True, type=_FILE, help="customer_id,name,name_en,owner,bank_account")
@click.option(
    "--items", required=True, type=_FILE, help="Open invoices and credit notes, amounts in minor units."
)
@click.option("--receipts", required=True, type=_FILE, help="Money received, amounts in minor units.")
@click.option("--rates", type=_FILE, help="date,currency,per_unit: price of one unit in the book currency.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Proposals as CSV."
)
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.0, help="Leave out what is less sure.")
@as_json
def match_files(
    *,
    customers: Path,
    items: Path,
    receipts: Path,
    rates: Path | None,
    out: Path,
    threshold: float,
    as_json: bool,
) -> None:
    """Match receipts with open items from CSV files; the same engine as over the books.

    Example: ./concord match-files --customers C.csv --items I.csv --receipts R.csv --out P.csv --json
    """
    began, cpu = perf_counter(), process_time()
    gc.disable()  # millions of small facts live until the end: walking them again and again costs half the time
    say("reading …")
    book, lines = read_book(customers, items), read_receipts(receipts)
    table = read_rates(rates) if rates else Rates()
    say(f"matching {len(lines)} receipts with {len(book.items)} items …")
    matching = Matching(lines, book, tolerances=Tolerances(), rates=table)
    matching.run()
    counts = write_proposals(out, matching.proposals(Calibration.default()), threshold=threshold)
    facts = {
        "customers": len(book.customers),
        "items": len(book.items),
        "receipts": len(lines),
        **counts,
        "left": len(lines) - counts["proposed"],
        "seconds": round(perf_counter() - began, 3),
        "cpu_seconds": round(process_time() - cpu, 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    answer(facts, as_json=as_json)
