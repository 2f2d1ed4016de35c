"""Money as integer minor units plus an ISO 4217 code: the only rounding and formatting of amounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portal.errors import N_, Invalid

MINUS = "\u2212"
NARROW_SPACE = "\u202f"
MAX_WHOLE_DIGITS = 15

_TWO_DIGITS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
""".split()
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND".split()
_FOUR_DIGITS = "CLF UYW".split()
#: Withdrawn, but bank files and old receivables still show them.
_WITHDRAWN = dict.fromkeys(
    "ATS CYP DEM EEK FIM FRF GRD HRK IEP LTL LVL MTL NLG SIT SKK".split(), 2
) | dict.fromkeys("BEF ESP ITL LUF PTE".split(), 0)

#: Decimals of every ISO 4217 currency, also of those withdrawn since 1999.
#: CLDR's figures differ (RSD, LAK, IQD …) and are not used: ADR 0001.
CURRENCY_DIGITS: dict[str, int] = {
    **dict.fromkeys(_TWO_DIGITS, 2),
    **dict.fromkeys(_NO_DIGITS, 0),
    **dict.fromkeys(_THREE_DIGITS, 3),
    **dict.fromkeys(_FOUR_DIGITS, 4),
    **_WITHDRAWN,
}

_PLAIN_AMOUNT = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?")


class BadAmount(Invalid):
    """A text that is not an amount of its currency."""

    code = "bad_amount"


class UnknownCurrency(Invalid):
    """A code that is not an active ISO 4217 currency."""

    code = "unknown_currency"


class MixedCurrency(Invalid):
    """Amounts of two currencies were added."""


def currency_digits(currency: str) -> int:
    """Return the number of decimals of a currency.

    Raises:
        UnknownCurrency: ``currency`` is not an active ISO 4217 code.
    """
    try:
        return CURRENCY_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(N_("“%(currency)s” is not a currency code."), currency=currency) from None


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: integer minor units (cents, fen, yen) and an ISO 4217 code."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __str__(self) -> str:
        """Return code and plain figure, for logs and the console."""
        return f"{self.currency} {self.decimal_text}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MixedCurrency(N_("Amounts of different currencies cannot be added."))

    @property
    def decimal_text(self) -> str:
        """The amount as plain decimal text with all its decimals, e.g. ``-1234.50``; used in JSON and CSV."""
        return minor_to_text(self.minor, self.currency)


def minor_to_text(minor: int, currency: str) -> str:
    """Return minor units as plain decimal text (ASCII, no grouping, all decimals of the currency)."""
    digits = currency_digits(currency)
    sign = "-" if minor < 0 else ""
    if not digits:
        return f"{sign}{abs(minor)}"
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def parse_minor(text: str, currency: str, *, signed: bool = False) -> int:
    """Read plain decimal text as minor units.

    Args:
        text: ASCII digits with at most the currency's decimals; no separators, exponent or full-width digits.
        currency: ISO 4217 code.
        signed: Whether a leading minus is allowed.

    Raises:
        BadAmount: The text is not such an amount (nothing is rounded).
        UnknownCurrency: The code is not known.
    """
    digits = currency_digits(currency)
    found = _PLAIN_AMOUNT.fullmatch(text)
    if found is None or (found[1] and not signed) or len(found[3] or "") > digits:
        raise BadAmount(N_("“%(text)s” is not an amount in %(currency)s."), text=text[:40], currency=currency)
    minor = int(found[2] + (found[3] or "").ljust(digits, "0"))
    return -minor if found[1] else minor


def format_amount(money: Money) -> str:
    """Return the figure without currency for people: ``1,234.50``, ``−12.00`` (U+2212), both languages alike."""
    return format_minor(money.minor, money.currency)


def format_minor(minor: int, currency: str) -> str:
    """Return minor units as ``format_amount`` writes them, for the thousand lines of a page."""
    digits = currency_digits(currency)
    sign = MINUS if minor < 0 else ""
    if not digits:
        return f"{sign}{abs(minor):,}"
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole:,}.{rest:0{digits}d}"


def format_headline(money: Money, language: str) -> str:
    """Return figure with currency: ``CNY 588,908.80``; in Chinese the yuan as ``¥588,908.80``."""
    figure = format_amount(abs(money))
    sign = MINUS if money.minor < 0 else ""
    if language == "zh" and money.currency == "CNY":
        return f"{sign}¥{figure}"
    return f"{sign}{money.currency}{NARROW_SPACE}{figure}"


_CHINESE_NAMES = {
    "CNY": "人民币", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元", "KRW": "韩元",
    "SGD": "新加坡元", "AUD": "澳大利亚元", "CAD": "加拿大元", "CHF": "瑞士法郎", "SEK": "瑞典克朗", "TWD": "新台币",
}  # fmt: skip


def capital_amount(money: Money) -> str:
    """Return the amount in Chinese capital numerals (大写), e.g. ``人民币伍拾肆万伍仟柒佰陆拾捌元捌角整``.

    Source: 支付结算办法, annex 1 (rules for 零 and 整). Currencies with more than two decimals write the third
    decimal as 厘.
    """
    import cn2an  # heavy, and needed on sign pages and documents only

    name = _CHINESE_NAMES.get(money.currency, money.currency)
    sign = "负" if money.minor < 0 else ""
    digits = currency_digits(money.currency)
    whole, rest = divmod(abs(money.minor), 10**digits)
    jiao_fen, more = (rest, "") if digits <= 2 else divmod(rest, 10 ** (digits - 2))
    text = cn2an.an2cn(f"{whole}.{jiao_fen:02d}" if digits else str(whole), "rmb")
    if more:
        numerals = "".join("零壹贰叁肆伍陆柒捌玖"[int(digit)] for digit in f"{more:0{digits - 2}d}")
        text = f"{text.removesuffix('整')}{numerals}厘"
    if text.endswith("角"):
        text += "整"  # cn2an leaves it out where there is no 分; the exact text of a signature has it
    return f"{name}{sign}{text}"


def sum_money(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts that all are in ``currency`` (zero when there are none).

    Raises:
        MixedCurrency: One of them is in another currency.
    """
    total = Money(0, currency)
    for amount in amounts:
        total += amount
    return total
