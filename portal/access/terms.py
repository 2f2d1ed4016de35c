"""Words of the terms of electronic confirmation; who accepted them is kept with the confirmations."""

from __future__ import annotations

from portal.errors import N_

TERMS_VERSION = "2026-11"
#: Paragraphs in order; pages translate and number them.
TERMS = (
    N_("You confirm statements in your own name and for the company that you act for."),
    N_("A confirmation, dispute or signature given after you have signed in counts as yours. Keep your password, "
       "passkey and codes to yourself."),
    N_("What you sign is kept unchanged with the text you saw, the time, your address and device, so that both sides "
       "can prove it later."),
    N_("A signature confirms the balance shown at that time. It neither waives rights nor makes a debt where there is "
       "none, and no answer is never taken as agreement."),
    N_("Either company may ask for a statement on paper instead. Tell your contact at the seller when your role ends."),
)  # fmt: skip
