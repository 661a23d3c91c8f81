"""The app that a server loads: gunicorn app:app."""

from hook import create_app

app = create_app()
