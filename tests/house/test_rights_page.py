"""The page of rights says what the permission table says."""

from pathlib import Path

from tenants.roles import GRANTED, Permission, Role

PAGE = Path(__file__).resolve().parents[2] / "platform" / "docs" / "rights.md"


def test_the_page_and_the_table_are_alike() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    head = next(row for row in rows if row[0] == "permission")
    written = {
        row[0]: {role for role, cell in zip(head[1:], row[1:], strict=True) if cell == "●"}
        for row in rows
        if row[0] in set(Permission) and len(row) == len(head)
    }

    assert head[1:] == [role.value for role in Role]
    assert written == {p.value: {r.value for r in roles} for p, roles in GRANTED.items()}
