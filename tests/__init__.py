"""The specification, as tests: real PostgreSQL, real Valkey, no mocks."""
