"""The table of the security standard is complete, and each proof it names exists."""

import re

from tests.architecture.sources import ROOT

TABLE = ROOT / "docs" / "reference" / "asvs.md"
#: OWASP ASVS 5.0.0: every level 1 requirement; level 2 of V5 to V8; seven of level 3.
LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3
4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1
7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1
11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
LEVEL_2 = """
5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4
6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2
8.1.2 8.2.3 8.4.1
"""
LEVEL_3 = "1.2.10 2.3.5 6.3.7 6.3.8 7.5.3 8.3.2 15.4.2"


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| V")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_requirement_has_one_row_with_its_level() -> None:
    expected = [
        (f"V{number}", str(level))
        for level, numbers in enumerate((LEVEL_1, LEVEL_2, LEVEL_3), 1)
        for number in numbers.split()
    ]
    assert len(LEVEL_1.split()) == 70
    assert sorted((number, level) for number, level, *_ in rows()) == sorted(expected)


def test_each_status_is_one_of_four_and_says_why() -> None:
    for number, _level, how, status, proof in rows():
        assert status in {"met", "not applicable", "operator", "open"}, number
        assert how, number
        assert proof, number


def test_each_proof_is_a_test_there_is() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))
    named = {proof for _number, _level, _how, status, proof in rows() if status == "met"}
    assert sorted(named - known) == []


def test_each_attack_case_is_named_by_a_test() -> None:
    """D01 to D36; D05 is the matrix of roles and addresses."""
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {
        int(number)
        for number in re.findall(r"\b(?:D|test_d)(\d\d)\b|\btest_d(\d\d)_", sources)
        for number in number
        if number
    }
    assert set(range(1, 37)) - named == set()
