"""Batches of rows from outside: read to disk, checked, then loaded; good rows are kept, bad rows wait with a reason.

| a batch is | when | next |
|---|---|---|
| uploaded | a file came by a page | checked, failed |
| checked | a dry run told what would happen | loading |
| loading | its rows are being posted, chunk by chunk; also after a crash | loaded |
| loaded | every row is in, known or refused with a reason | – |
| failed | the file could not be read at all | – |

Who may: imports:run loads, imports:read looks. Running again is safe: what is there is a duplicate.
"""

from __future__ import annotations

from portal.imports.customers import import_customers
from portal.imports.export import export_documents
from portal.imports.load import ImportRequest, Progress, import_documents
from portal.imports.profiles import profile_names
from portal.imports.queries import (
    BATCH_SORTS,
    CODE_LABELS,
    PROBLEM_SORTS,
    STATE_LABELS,
    BatchView,
    ProblemRow,
    find_batch,
    list_batches,
    list_problems,
)
from portal.imports.rates import import_rates
from portal.imports.results import ImportResult, problem_json
from portal.imports.rules import COLUMNS, REQUIRED
from portal.imports.upload import check_batch, load_batch, receive_file, start_load

__all__ = [
    "BATCH_SORTS",
    "CODE_LABELS",
    "COLUMNS",
    "PROBLEM_SORTS",
    "REQUIRED",
    "STATE_LABELS",
    "BatchView",
    "ImportRequest",
    "ImportResult",
    "ProblemRow",
    "Progress",
    "check_batch",
    "export_documents",
    "find_batch",
    "import_customers",
    "import_documents",
    "import_rates",
    "list_batches",
    "list_problems",
    "load_batch",
    "problem_json",
    "profile_names",
    "receive_file",
    "start_load",
]
