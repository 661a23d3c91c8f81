"""What the credential endpoint answers when it issues nothing (OpenID4VCI 1.0 section 8.3.1.2)."""

from typing import Any


class Unsignable(ValueError):
    """Something that a JSON credential cannot hold; the text says what."""


class Refused(Exception):
    """A request for a credential that gets none; all of it goes to whoever asked."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> dict[str, Any]:
        """Give the error body."""
        return {"error": self.error, "error_description": self.description}
