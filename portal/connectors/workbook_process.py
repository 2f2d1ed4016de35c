"""Program of its own that opens a workbook from standard input within fixed memory and time, and tells its cells.

A workbook can make its reader reserve any amount of memory (one cell in the last row and column is enough), and the
reader is native code that then ends the process: so that process is this one. It knows nothing of the portal.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 60


def main() -> None:
    """Write one JSON line a sheet (name, merged ranges), then one a row that is not empty."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    max_rows = int(sys.argv[1])
    workbook = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    write = sys.stdout.write
    for metadata in workbook.sheets_metadata:
        if metadata.typ is not SheetTypeEnum.WorkSheet or metadata.visible is not SheetVisibleEnum.Visible:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        write(json.dumps({"sheet": metadata.name, "merged": (sheet.merged_cell_ranges or [])[:5000]}) + "\n")
        if sheet.start is None:
            continue
        for no, cells in enumerate(sheet.iter_rows(), 1):
            if no > max_rows:
                break
            if any(cell not in {"", None} for cell in cells):
                write(json.dumps([no, list(map(_plain, cells))]) + "\n")
    write('"end"\n')


def _plain(cell: object) -> object:
    """Keep numbers and text; a date becomes a list of its text so that the two are told apart."""
    match cell:
        case str() | bool() | int() | float():
            return cell
        case datetime() | date():
            return [cell.isoformat()]
        case _:
            return str(cell)


if __name__ == "__main__":
    main()
