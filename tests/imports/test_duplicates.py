"""Two customers that may be one are shown with the reasons; the method is measured on labelled masters."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import NotAllowed
from portal.imports import suspected_duplicates
from portal.imports.duplicates import Company, compare, suspicions


def test_the_same_tax_number_alone_is_enough() -> None:
    weight, reasons = compare(Company("1", "Avance", "ES27263070T"), Company("2", "Other", "es 27263070-t"))
    assert (weight >= 5, reasons) == (True, ("tax",))


def test_a_common_first_word_is_not() -> None:
    assert suspicions([Company("1", "Northquay Packaging Ltd"), Company("2", "Northquay Foods Ltd")]) == []


def test_names_are_compared_without_legal_form_case_and_accents() -> None:
    one = Company("1", "Société Générale S.A.", email="a@sg.example")
    other = Company("2", "SOCIETE GENERALE", email="b@sg.example")
    (found,) = suspicions([one, other, Company("3", "Elsewhere")])
    assert found.reasons == ("name", "domain")


def test_pairs_of_the_books_are_shown_to_who_sees_customers(
    session: Session, mei: Actor, ping: Actor
) -> None:
    from tests.cast import NOW

    for number in ("D1", "D2"):
        session.add(
            Customer(
                number=number, name="北岸包装有限公司", name_key=number, currency="CNY", tax_no="91310000MA1K",
                created_at=NOW, first_on=NOW.date(),
            )
        )  # fmt: skip
    session.flush()
    (found,) = suspected_duplicates(session, actor=mei)
    assert ({found.first.key, found.second.key}, found.reasons) == ({"D1", "D2"}, ("tax", "name"))
    with pytest.raises(NotAllowed):
        suspected_duplicates(session, actor=ping)


def _masters(folder: Path, size: str) -> tuple[list[Company], set[tuple[str, str]]]:
    def table(name: str) -> list[dict[str, str]]:
        with (folder / f"{size}_company_{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    first = [
        Company(
            f"A{row['info_internal_id']}", row["NAME1"], row["STCEG"] or row["STCD1"], row["SMTP_ADDR"], row["TELF1"],
            f"{row['STRAS']} {row['PSTLZ']} {row['ORT01']}",
        )
        for row in table("A_table")
    ]  # fmt: skip
    second = [
        Company(
            f"B{row['info_internal_id']}", row["Organization Name"], row["TAX Number"], row["Email Address"],
            row["Contact Number"], row["Address 1"],
        )
        for row in table("B_table_joined")
    ]  # fmt: skip
    truth = json.loads((folder / f"{size}_GT_entity_matching.json").read_text("utf-8"))["matches"]
    pairs = {(f"A{one['info_internal_id']}", f"B{one['info_internal_id']}") for one in truth}
    return [*first, *second], pairs


@pytest.mark.real_data
@pytest.mark.parametrize("size", ["50", "150"])
def test_labelled_masters_are_matched(size: str) -> None:
    """Requirement 1-6; 2026-11: precision 1.00 and recall 1.00 on both (30 and 90 true pairs)."""
    companies, truth = _masters(Path(os.environ["CONCORD_REAL_DATA"]) / "customer-master-match", size)
    keys = [tuple(sorted((one.first.key, one.second.key))) for one in suspicions(companies)]
    found = {(first, second) for first, second in keys if first[0] != second[0]}
    right = found & truth
    assert len(right) / len(found) >= 0.98
    assert len(right) / len(truth) >= 0.98
