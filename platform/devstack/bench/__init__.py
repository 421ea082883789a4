"""Bench (`make bench`): ratios between two things run side by side, on servers of its own."""
