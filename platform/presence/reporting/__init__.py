"""Consolidated reporting (bilan): nightly figures, sharing agreement, published releases."""
