"""Rounds of an evening (tournées): drawn up for all bailleurs, published to each its own."""
