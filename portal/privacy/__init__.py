"""Privacy: what we hold of one person, erasing a person, and how long things are kept.

Books, the audit chain, signed confirmations and decisions by two people stay as they are: they name people by number,
or stand on a duty to keep them. What can go, goes: names, addresses and phone numbers of people and contacts, and the
values that audit rows point to. A purge deletes what is older than the policy keeps it, and notes that it did.

| a person is | when | who |
|---|---|---|
| exported | any time | the person themselves, or privacy:manage |
| erased | their roles have ended; it cannot be taken back | privacy:manage |

| kind | least days | what a purge does |
|---|---|---|
| security-log | 183 | deletes lines |
| sign-ins | 30 | deletes ended ones |
| links | 90 | deletes those that lead nowhere any more |
| mail | 90 | empties the texts of sent mails; that they were sent stays |
| codes | 1 | deletes used and expired ones |
"""

from __future__ import annotations

from portal.privacy.erase import erase_contact, erase_person
from portal.privacy.export import PersonData, export_person
from portal.privacy.purge import PurgeLine, purge_old
from portal.privacy.queries import ErasableView, PurgeView, erasable, list_purges
from portal.privacy.retention import current_retention
from portal.privacy.rules import LEAST_DAYS, PURGE_KINDS, PURGE_LABELS

__all__ = [
    "LEAST_DAYS",
    "PURGE_KINDS",
    "PURGE_LABELS",
    "ErasableView",
    "PersonData",
    "PurgeLine",
    "PurgeView",
    "current_retention",
    "erasable",
    "erase_contact",
    "erase_person",
    "export_person",
    "list_purges",
    "purge_old",
]
