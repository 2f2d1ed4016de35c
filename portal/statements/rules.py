"""States and words of statements."""

from __future__ import annotations

KINDS = ("activity", "open-item", "transaction")
RUN_STATES = ("preparing", "prepared", "issuing", "issued", "failed")
ANSWERS = ("confirmed", "disputed", "question", "none")

#: draft → approved → issued → delivered → viewed → part-answered → confirmed | confirmed-with-exceptions | disagreed
#: | no-response (deadline passed) → superseded by the next version. No-response is never shown as agreement.
STATES = (
    "draft", "approved", "issued", "delivered", "viewed", "part-answered", "confirmed", "confirmed-with-exceptions",
    "disagreed", "no-response", "superseded",
)  # fmt: skip
#: States in which a customer may answer lines and sign.
ANSWERABLE = frozenset({"issued", "delivered", "viewed", "part-answered", "no-response"})
#: States that a signature made final.
SIGNED = frozenset({"confirmed", "confirmed-with-exceptions", "disagreed"})
