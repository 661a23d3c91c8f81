"""Factors, pure: what is made, shown and compared. Knows nothing of the hook."""
