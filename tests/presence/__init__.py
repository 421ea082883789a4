"""Rooms: rules without a database, services against real PostgreSQL."""
