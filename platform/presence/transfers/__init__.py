"""Transfers (cessions): residences sold to another bailleur, from a date; the past stays apart."""
