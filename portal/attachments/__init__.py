"""Files: checked by content, hashed, encrypted in the home folder, served only as downloads.

A file belongs to one thing (dispute message, proof of a paper confirmation) and to one customer, or to staff only.
Customers see their own that are not internal. Files never change and never vanish.
"""

from __future__ import annotations

from portal.attachments.queries import FileContent, FileView, files_of, open_attachment
from portal.attachments.rules import MAX_BYTES, FileRefused
from portal.attachments.store import FileDraft, store_files
from portal.attachments.vault import FileVault, keep_files_in, rotate_files

__all__ = [
    "MAX_BYTES",
    "FileContent",
    "FileDraft",
    "FileRefused",
    "FileVault",
    "FileView",
    "files_of",
    "keep_files_in",
    "open_attachment",
    "rotate_files",
    "store_files",
]
