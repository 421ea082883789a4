"""The API: shape, rights, refusals, bad input."""
