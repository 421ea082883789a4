"""Import every table so that the metadata is complete (used by Alembic, the book and the tests)."""

import tenants.models  # noqa: F401 - registers the ground floor's tables
from tenants.columns import Base

metadata = Base.metadata
