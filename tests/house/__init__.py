"""The house obeys its own rules."""
