"""Tasks: relay, jobs, a real worker."""
