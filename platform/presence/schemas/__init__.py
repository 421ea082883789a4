"""Shapes (formes) of what enters and leaves through the API; no rule of the domain is here."""
