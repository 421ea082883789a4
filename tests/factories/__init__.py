"""Builders of the smallest valid thing; the fact under test is an argument."""
