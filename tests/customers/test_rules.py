"""The key customers are searched and ordered by."""

from __future__ import annotations

from portal.customers.rules import KEY_LENGTH, name_key


def test_starts_with_the_first_reading_and_holds_all_of_them() -> None:
    words = name_key("重庆机械", "Chongqing Machines").split()
    assert {"chongqingjixie", "zhongqingjixie", "cqjx", "zqjx", "重庆机械", "chongqing", "machines"} <= set(
        words
    )


def test_a_latin_name_is_its_own_key() -> None:
    assert name_key("Zebra Ltd", "") == "zebra ltd"
    assert name_key("Zebra Ltd", "ZEBRA LTD") == "zebra ltd"


def test_a_long_name_of_many_readings_stays_within_the_column() -> None:
    assert len(name_key("重长行乐朝" * 40, "x" * 200)) <= KEY_LENGTH
