"""Field 86 of MT940, which every bank fills its own way: who, which account, what for, which reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import mt940
from mt940.processors import transaction_details_post_processor

from portal.connectors.bank_facts import tidy, tidy_account

_OPTIONS = mt940.Options.all()
_DETAILS = mt940.tags.TransactionDetails()
_STRUCTURED = re.compile(r"^\d{3}\?\d{2}")
_CHUNK = re.compile(r"(\?2\d)([^?\n]*)")
_SLASHED = re.compile(
    r"/(EREF|BENM|ORDP|NAME|REMI|IBAN|BIC|TRTP|MARF|CSID|CNTP|ISDT|PURP|RTRN|SVCL|ULTD|ULTC|ID|ADDR|PREF|CREF|TRCD)/"
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_DUTCH = re.compile(r"REK:\s*([A-Z]{2}\d{2}[A-Z0-9]{10,30})\s*/\s*NAAM:\s*(.+)", re.DOTALL)
_POLISH_NAME = re.compile(r"\bOD:\s*([^;]{2,120});", re.DOTALL)
_POLISH_ACCOUNT = re.compile(r"Z\s+RACH\.:\s*(\d{26})", re.DOTALL)
_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "NOTPROVIDED."})


@dataclass(frozen=True, slots=True)
class Details:
    """What field 86 says besides the figure."""

    name: str = ""
    account: str = ""
    text: str = ""
    reference: str = ""


def read_details(value: str, line: dict[str, str]) -> Details:
    """Read field 86.

    Args:
        value: As it stands, with its line ends.
        line: Groups of the :61: it belongs to; some banks put the other side's account and name there.

    Returns:
        Tidied texts, each empty where nothing is said.
    """
    bare = _joined(value)
    if _STRUCTURED.match(bare):
        return _structured(value)
    if len(_SLASHED.findall(bare)) > 1:
        return _slashed(bare, line)
    return _free(value, bare, line)


def _joined(value: str) -> str:
    """Join lines; one filled to its 65 characters goes on without a blank."""
    lines = value.split("\n")
    return "".join(line if len(line) >= 64 else f"{line.rstrip()} " for line in lines).strip()


def _structured(value: str) -> Details:
    folded = "".join(line.strip("\r") for line in value.split("\n"))
    spaced = _CHUNK.sub(lambda found: found[0] + ("" if len(found[2]) >= 25 else " "), folded)
    data: dict[str, Any] = {"transaction_details": spaced}
    transactions = mt940.models.Transactions(options=_OPTIONS)
    found = transaction_details_post_processor(transactions, _DETAILS, data, dict(data))
    purpose = " ".join(filter(None, (found.get("purpose"), found.get("additional_purpose"))))
    account = found.get("applicant_iban") or found.get("gvc_applicant_iban") or ""
    reference = tidy(found.get("end_to_end_reference") or found.get("customer_reference") or "", 140)
    return Details(
        name=tidy(found.get("applicant_name") or "", 200), account=tidy_account(account),
        text=tidy(purpose or found.get("posting_text") or ""), reference="" if reference in _NOTHING else reference,
    )  # fmt: skip


def _slashed(text: str, line: dict[str, str]) -> Details:
    cut = _SLASHED.split(text)
    values: dict[str, str] = {}
    for key, value in zip(cut[1::2], cut[2::2], strict=False):
        values.setdefault(key, value.strip("/ "))
    name, account = values.get("NAME", ""), values.get("IBAN", "")
    if counterparty := values.get("CNTP", ""):
        parts = [*counterparty.split("/"), "", "", ""]
        account, name = account or parts[0], name or parts[2]
    reference = tidy(values.get("EREF", ""), 140)
    return Details(
        name=tidy(name, 200), account=tidy_account(account) or _account_of(line),
        text=tidy(re.sub(r"^(?:USTD|STRD)/+", "", values.get("REMI", "")) or cut[0]),
        reference="" if reference in _NOTHING else reference,
    )  # fmt: skip


def _free(value: str, bare: str, line: dict[str, str]) -> Details:
    if dutch := _DUTCH.search(bare):
        return Details(tidy(dutch[2], 200), tidy_account(dutch[1]), tidy(bare[: dutch.start()]))
    name, account = "", _account_of(line)
    if "TYT.:" in bare and (found := _POLISH_NAME.search(value)):
        name = tidy(found[1], 200)
        if number := _POLISH_ACCOUNT.search(value.replace("\n", "")):
            account = number[1]
    own, extra = line.get("customer_reference", ""), line.get("extra_details", "")
    if own and extra and bare.startswith(f"{own} {extra}"):
        name, account = tidy(extra, 200), tidy_account(own)
        bare = bare.removeprefix(f"{own} {extra}")
    return Details(name, account, tidy(bare or extra))


def _account_of(line: dict[str, str]) -> str:
    """Return an IBAN that stands in the line itself, in its reference or below it."""
    for place in ("customer_reference", "extra_details"):
        text = tidy_account(line.get(place, ""))
        if _IBAN.fullmatch(text):
            return text
    return ""
