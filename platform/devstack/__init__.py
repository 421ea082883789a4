"""Development runtime without Docker: a real PostgreSQL 18, a real Valkey. Never shipped."""
