"""Batches of rows from outside: read to disk, checked, then loaded; good rows are kept, bad rows wait with a reason.

| a batch is | when | next |
|---|---|---|
| uploaded | a file came by a page or from the watched folder | checked, unmapped, failed |
| unmapped | no known layout has its columns; someone must say which is which | uploaded again |
| checked | a dry run told what would happen | loading |
| loading | its rows are being posted, chunk by chunk; also after a crash | loaded |
| loaded | every row is in, known or refused with a reason | undoing |
| failed | the file could not be read at all | – |
| undoing | a second person agreed; its documents are being reversed | undone |
| undone | every document of it is reversed; its numbers may come again | – |

| a refused row is | when | next |
|---|---|---|
| open | it waits in quarantine | retrying, discarded |
| retrying | it was mended, or the books have what it lacked; a job takes it in | taken, open |
| taken | it is in the books | – |
| discarded | someone said why it shall not come in | – |

A saved layout (profile) is draft, pending, approved or rejected: a second person approves it (``imports.profile``)
before files of it are loaded without anybody looking. Undoing a batch needs a second person, too (``imports.undo``).

Who may: imports:run loads, mends, discards and asks, imports:read looks, approvals:decide agrees. Running again is
safe: what is there is a duplicate.
"""

from __future__ import annotations

from portal.imports.carry import Loading, check_batch, load_batch, retry_batch, take_batch
from portal.imports.carry import actor_of as actor_in_job
from portal.imports.customers import CustomerRequest, import_customers
from portal.imports.duplicates import REASON_LABELS as DUPLICATE_REASONS
from portal.imports.duplicates import Suspicion, suspected_duplicates
from portal.imports.einvoice_posting import EInvoiceOutcome
from portal.imports.einvoices import import_einvoices
from portal.imports.export import export_documents
from portal.imports.feeds import (
    RHYTHM_LABELS,
    FeedView,
    add_feed,
    check_feeds,
    list_feeds,
    set_feed_active,
)
from portal.imports.inbox import Inbox, put_aside, take_files
from portal.imports.load import ImportRequest, Progress, import_documents
from portal.imports.mapping import Mapping, Preview, preview_mapping, propose_mapping, save_mapping
from portal.imports.mapping_draft import MappingDraft, column_choices
from portal.imports.profiles import AUTO, ProfileVersion, find_profile, list_profiles, profile_names
from portal.imports.quarantine import (
    ROW_SORTS,
    QuarantineView,
    columns_of,
    discard_rows,
    find_row,
    list_rows,
    mend_row,
    required_of,
    retry_rows,
)
from portal.imports.queries import (
    BATCH_SORTS,
    CODE_LABELS,
    PROBLEM_SORTS,
    SKIP_LABELS,
    STATE_LABELS,
    BatchView,
    ProblemRow,
    find_batch,
    list_batches,
    list_problems,
)
from portal.imports.rates import import_rates
from portal.imports.recognise import recognise_file
from portal.imports.results import ImportResult, problem_json
from portal.imports.rules import COLUMNS, REQUIRED, Problem
from portal.imports.saved_layouts import PROFILE_KIND, request_profile
from portal.imports.undo import UNDO_KIND, register_dependents, request_undo, undo_batch, why_not_undone
from portal.imports.upload import check_again, receive_file, start_load

__all__ = [
    "AUTO",
    "BATCH_SORTS",
    "CODE_LABELS",
    "COLUMNS",
    "DUPLICATE_REASONS",
    "PROBLEM_SORTS",
    "PROFILE_KIND",
    "REQUIRED",
    "RHYTHM_LABELS",
    "ROW_SORTS",
    "SKIP_LABELS",
    "STATE_LABELS",
    "UNDO_KIND",
    "BatchView",
    "CustomerRequest",
    "EInvoiceOutcome",
    "FeedView",
    "ImportRequest",
    "ImportResult",
    "Inbox",
    "Loading",
    "Mapping",
    "MappingDraft",
    "Preview",
    "Problem",
    "ProblemRow",
    "ProfileVersion",
    "Progress",
    "QuarantineView",
    "Suspicion",
    "actor_in_job",
    "add_feed",
    "check_again",
    "check_batch",
    "check_feeds",
    "column_choices",
    "columns_of",
    "discard_rows",
    "export_documents",
    "find_batch",
    "find_profile",
    "find_row",
    "import_customers",
    "import_documents",
    "import_einvoices",
    "import_rates",
    "list_batches",
    "list_feeds",
    "list_problems",
    "list_profiles",
    "list_rows",
    "load_batch",
    "mend_row",
    "preview_mapping",
    "problem_json",
    "profile_names",
    "propose_mapping",
    "put_aside",
    "receive_file",
    "recognise_file",
    "register_dependents",
    "request_profile",
    "request_undo",
    "required_of",
    "retry_batch",
    "retry_rows",
    "save_mapping",
    "set_feed_active",
    "start_load",
    "suspected_duplicates",
    "take_batch",
    "take_files",
    "undo_batch",
    "why_not_undone",
]
