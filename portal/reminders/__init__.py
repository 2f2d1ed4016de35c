"""Reminders: who is told that a statement waits for an answer, when, and why nobody else is.

A run looks at every issued, unsigned statement version that nothing has replaced. Days since issue give the stage of
the policy: stage 0 is the news that the statement is there, each later one a reminder. The people who confirm or
manage sign-ins and the customer's contacts are told, one mail an address, with a link that leads to the statement
after sign-in and confirms nothing. No mail names a figure.

| a statement is passed over when | reason |
|---|---|
| its customer is archived, or mail to it is paused | archived, paused |
| the day of the first stage has not come | not-yet |
| a later month of the same currency was issued | newer-month |
| every line is disputed (reminders only) | all-disputed |
| nobody wants it, or has an address that can be written to | no-recipient |
| the address was told at this stage or a later one | already-told |

Staff with ``reminders:run`` start a run, issuing statements starts one too, and so does the worker each day.
"""

from __future__ import annotations

from portal.reminders.rules import SKIPS
from portal.reminders.run import ReminderRun, run_reminders

__all__ = ["SKIPS", "ReminderRun", "run_reminders"]
