"""Secrets as the API shows them: as long as they are, and all but the end hidden."""

SHOWN_MOST = 5


def masked(secret: str) -> str:
    """Hide a secret but for its last characters, a third of a short one at most."""
    end = min(SHOWN_MOST, len(secret) // 3)
    return "*" * (len(secret) - end) + secret[len(secret) - end :]
