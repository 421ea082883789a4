"""Every planted defect, in the order of its id."""

from tests.mutants.accounts import ACCOUNT_DEFECTS
from tests.mutants.database import DATABASE
from tests.mutants.defects import Mutant
from tests.mutants.provider import PROVIDER
from tests.mutants.source import SOURCE

MUTANTS: tuple[Mutant, ...] = tuple(
    sorted((*DATABASE, *SOURCE, *PROVIDER, *ACCOUNT_DEFECTS), key=lambda mutant: int(mutant.id[1:]))
)
