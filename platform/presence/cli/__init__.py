"""The `presence` command: the result alone on standard output, one French sentence on error."""

from collections.abc import Sequence

import click

from presence.cli import disclosure, figures, installing, isolation, machines, places
from presence.kernel.errors import DomainError
from presence.settings import MissingVariable
from tenants.errors import TenancyError

REFUSED, FAILED = 2, 1


@click.group(help="Présence : la présence du soir, partagée entre bailleurs.")
def presence() -> None:
    """The group that every subcommand belongs to."""


for command in (
    installing.migrate,
    installing.doctor,
    machines.token,
    machines.open_operator,
    figures.aggregate,
    figures.bilan,
    disclosure.audit_disclosure,
    disclosure.recalculate_bilan,
    places.import_file,
    isolation.verify_isolation,
    isolation.key,
):
    presence.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; 0 done, 1 failed, 2 refused."""
    try:
        result = presence.main(args=arguments, prog_name="presence", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.ClickException, DomainError, TenancyError) as error:
        return _say(_refusal(error), REFUSED)
    except (MissingVariable, click.Abort) as error:
        return _say(str(error) or "Interrompu : rien de plus n'a été fait.", FAILED)
    except Exception as error:
        told = f"La commande a échoué ({type(error).__name__})"
        return _say(f"{told} : vérifiez que les services tournent, puis réessayez.", FAILED)
    return result if isinstance(result, int) else 0


def _refusal(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return f"Commande refusée : {_in_french(error)} Voyez « presence --help »."
    if isinstance(error, DomainError):
        lines = [f"{fault.field} : {fault.message}" for fault in error.faults if fault.field]
        return "\n".join([error.message, *(line for line in lines if error.message not in line)])
    return str(error)


def _in_french(error: click.ClickException) -> str:
    """What click says in English, for the refusals that a user can meet."""
    name = (
        ""
        if not isinstance(error, click.BadParameter) or error.param is None
        else (error.param.opts[0])
    )
    if isinstance(error, click.NoSuchOption):
        return f"l'option {error.option_name} n'existe pas."
    if isinstance(error, click.MissingParameter):
        return f"il manque {name}."
    if isinstance(error, click.BadParameter):
        return f"la valeur de {name} ne convient pas."
    return "cette commande n'existe pas, ou elle est incomplète."


def _say(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code
