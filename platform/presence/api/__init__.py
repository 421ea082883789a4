"""REST API v1 and its OpenAPI document: the door of machines and of the field application."""

from presence.api.v1 import BLUEPRINTS, init_api

__all__ = ["BLUEPRINTS", "init_api"]
