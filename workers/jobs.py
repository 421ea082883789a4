"""What a job is to be (travail à faire), before it is a row."""

from dataclasses import dataclass, field
from uuid import UUID

from tenants.context import Kind


@dataclass(frozen=True)
class JobSpec:
    """A job to make: its key makes it unique, its kind and subject are its context."""

    key: str
    task: str
    kind: Kind
    subject: int | None
    parameters: dict[str, object] = field(default_factory=dict)
    account_id: UUID | None = None
    # How long it waits before it is first sent to a worker.
    delay_seconds: float = 0
