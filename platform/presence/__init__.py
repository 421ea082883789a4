"""Présence Tranquillité: the product itself."""

# Written in each published bilan; a house test keeps it equal to that of the package.
__version__ = "0.1.0"
