"""Amounts of money, in cents, so that nothing is lost by rounding."""

CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}


def parse_amount(text, currency="EUR"):
    digits = CURRENCIES[currency]
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.ljust(digits, "0")[:digits]
    cents = int(whole) * 10**digits + int(fraction or 0)
    return sign * cents


def percent_of(cents, percent):
    return (cents * percent + 50) // 100
