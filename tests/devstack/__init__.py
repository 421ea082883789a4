"""The embedded runtime: refusals, closed folders, a supervisor that is killed."""
