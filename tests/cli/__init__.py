"""The `presence` command: what it prints, where, and its exit codes."""
