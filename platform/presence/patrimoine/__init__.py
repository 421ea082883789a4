"""Patrimoine: a bailleur's residences and their entrances (résidences, entrées)."""
