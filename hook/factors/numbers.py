"""Codes of digits: made, shown in groups, read however they were typed."""

import secrets

MAILED_DIGITS = 8
"""Digits of a code that is sent: 26 bits, where 20 would be the least (OWASP ASVS 5.0, 6.5.5)."""
_BETWEEN = " -\t\u00a0\u202f"


def new_code() -> str:
    """Make a code of eight random digits."""
    return f"{secrets.randbelow(10**MAILED_DIGITS):0{MAILED_DIGITS}}"


def grouped(code: str) -> str:
    """Give a code as it is read out: in two groups."""
    middle = len(code) // 2
    return f"{code[:middle]} {code[middle:]}"


def read_code(typed: str, digits: int) -> str | None:
    """Read a code: so many ASCII digits, whatever stands between them left out; else None."""
    code = "".join(sign for sign in typed if sign not in _BETWEEN)
    return code if len(code) == digits and code.isascii() and code.isdigit() else None
