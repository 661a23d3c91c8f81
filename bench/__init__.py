"""Measures the hook beside a bare Flask app; `python3 dev.py bench`, docs/benchmark.md."""
