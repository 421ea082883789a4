"""Planted defects (défauts plantés): each defence is taken away once, and its test must see it."""
