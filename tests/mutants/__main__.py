"""`python -m tests.mutants [M01 M07…]`: plant every defect, or those named."""

import sys
from collections.abc import Collection, Sequence

from tests.mutants.book import MUTANTS
from tests.mutants.defects import Mutant
from tests.mutants.report import page_of, read, results
from tests.mutants.runner import (
    ERROR,
    ROOT,
    SEEN,
    Outcome,
    Workshop,
    drop_scratch,
    is_red,
    outcome_of,
    workshop,
)

PAGE = ROOT / "platform" / "docs" / "mutants.md"


def main(wanted: Sequence[str]) -> int:
    """Plant, tell, write the page; 1 if a defect was not seen."""
    unknown = set(wanted) - {mutant.id for mutant in MUTANTS}
    if unknown:
        _say(f"Défauts inconnus : {' '.join(sorted(unknown))}.")
        return 2
    chosen = [mutant for mutant in MUTANTS if not wanted or mutant.id in wanted]
    with workshop() as shop:
        outcomes = _outcomes(shop, chosen)
    verdicts = {name: outcome.verdict for name, outcome in outcomes.items()}
    found = results(MUTANTS, verdicts, read(PAGE))
    PAGE.write_text(page_of(MUTANTS, found), encoding="utf-8")
    missed = [name for name, verdict in verdicts.items() if verdict != SEEN]
    seconds = sum(outcome.seconds for outcome in outcomes.values())
    _say(f"\n{len(chosen) - len(missed)} défauts vus sur {len(chosen)}, en {seconds:.0f} s.")
    if missed:
        _say(f"À voir : {' '.join(missed)}.")
    return 1 if missed else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _outcomes(shop: Workshop, chosen: Sequence[Mutant]) -> dict[str, Outcome]:
    nodes = sorted({node for mutant in chosen for node in mutant.seen_by})
    _say(f"Sans défaut : {len(nodes)} tests…")
    clean = shop.pytest(nodes, "--continue-on-collection-errors")
    if clean.code not in {0, 1} or (clean.code == 1 and not clean.failed):
        _say(clean.output[-4000:])
        raise SystemExit(2)
    red = _red_alone(shop, clean.failed)
    shop.prepare()
    outcomes = {}
    for mutant in chosen:
        # Both ways: a whole file that could not even be read holds every test named in it.
        stained = [
            node for node in mutant.seen_by if is_red(node, red) or node.split("::")[0] in red
        ]
        outcome = (
            Outcome(ERROR, 0, f"rouge sans défaut : {stained[0]}")
            if stained
            else outcome_of(shop, mutant)
        )
        outcomes[mutant.id] = outcome
        _say(
            f"{mutant.id:<5} {' '.join(mutant.rows):<12} {outcome.verdict:<8} "
            f"{outcome.seconds:4.1f} s  {mutant.removed}",
        )
        if outcome.why:
            _say(f"      {outcome.why}")
    drop_scratch(shop)
    return outcomes


def _red_alone(shop: Workshop, nodes: Collection[str]) -> set[str]:
    """Of the nodes that failed together, those that fail alone too, as defects will run them."""
    red = set()
    for node in sorted(nodes):
        alone = shop.pytest([node], "-x").code != 0
        order = "" if alone else " (seul, il passe : il dépend de l'ordre)"
        _say(f"  ROUGE sans défaut : {node}{order}")
        if alone:
            red.add(node)
    return red


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
