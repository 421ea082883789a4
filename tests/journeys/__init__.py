"""Journeys, end to end."""
