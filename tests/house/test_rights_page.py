"""The page of rights says what the table of rights says."""

from pathlib import Path

from tenants.roles import RIGHTS, OrganisationKind, Permission

PAGE = Path(__file__).resolve().parents[2] / "platform" / "docs" / "rights.md"


def test_the_page_and_the_table_are_alike() -> None:
    written: dict[str, dict[str, set[str]]] = {}
    kind, roles = "", []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## `"):
            kind = line.split("`")[1]
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if cells[0] == "permission":
            roles = cells[1:]
        elif cells[0] in set(Permission) and kind:
            held = {role for role, cell in zip(roles, cells[1:], strict=True) if cell == "●"}
            written.setdefault(kind, {})[cells[0]] = held

    assert written == {
        kind.value: {
            permission.value: found
            for permission in Permission
            if (
                found := {
                    role.value for role, opened in RIGHTS[kind].items() if permission in opened
                }
            )
        }
        for kind in OrganisationKind
    }
