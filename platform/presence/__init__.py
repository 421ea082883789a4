"""Présence Tranquillité: the product itself."""
