"""Import every table so that the metadata is complete (used by Alembic, the book and the tests)."""
# ruff: noqa: F401 - imported for what importing them registers

import presence.accounts.models
import presence.anomalies.models
import presence.audit.models
import presence.daily_reports.models
import presence.delivery.models
import presence.field.models
import presence.finance.models
import presence.followup.models
import presence.handover.models
import presence.imports.models
import presence.links.models
import presence.onboarding.models
import presence.oncall.models
import presence.patrimoine.models
import presence.planning.models
import presence.releases.models
import presence.reporting.models
import presence.review.models
import presence.roster.models
import presence.rounds.models
import presence.sites.models
import presence.transfers.models
import tenants.models
from tenants.columns import Base

metadata = Base.metadata
