"""What gunicorn and `flask --app` load."""

from presence.app import create_app
from presence.settings import load

app = create_app(load())
