"""Plant one defect at a time, in a copy of the tree, on servers of the run's own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic

import psycopg
import redis
from psycopg import sql

from tests.mutants.defects import DatabaseMutant, Mutant, SourceMutant
from tests.stack import RunningStack, Servers
from tests.worlds import PLANTED, SMALL_DEMO, build_template, copy_database, drop_database

ROOT = Path(__file__).resolve().parents[2]
SHARED = (".venv", "node_modules")
SCRATCH = "scratch_for_planted_sql"
PATIENCE = 300.0
SEEN, UNSEEN, ERROR = "vu", "NON VU", "erreur"
_LINE = re.compile(r"^(FAILED|ERROR) ([\w./-]+\.py)(?:::(\w+))?(?:.*? - (.*))?$", re.M)
# A defect that dies of its own clumsiness proves nothing of the test.
_CLUMSY = re.compile(
    r"(Name|Import|ModuleNotFound|Attribute|Type|Syntax|Indentation)Error|Undefined|Timeout \(>"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a defect, and why when it was not seen."""

    verdict: str
    seconds: float
    why: str = ""


@dataclass(frozen=True)
class Run:
    """What pytest said: its exit code, the nodes that failed, the reasons, the whole output."""

    code: int
    failed: frozenset[str]
    broken: tuple[str, ...]
    output: str

    @property
    def last_line(self) -> str:
        """The summary."""
        return (self.output.strip().splitlines() or ["rien n'a été dit"])[-1]


def read_run(code: int, said: str, errors: str = "") -> Run:
    """What pytest's exit code and short summary say."""
    failed, broken = set(), []
    for kind, file, test, reason in _LINE.findall(said):
        failed.add(f"{file}::{test}" if test else file)
        if kind == "ERROR" or _CLUMSY.search(reason):
            broken.append(f"{file}::{test} {reason}")
    return Run(code, frozenset(failed), tuple(broken), said + errors)


class Workshop:
    """A copy of the tree and the servers on which its tests run."""

    def __init__(self, tree: Path, servers: Servers) -> None:
        self.tree = tree
        self.servers = servers
        # Python compares whole seconds: each writing of a file gets one of its own.
        self._seconds = count(int((tree / "pyproject.toml").stat().st_mtime) + 10)

    def pytest(self, nodes: Iterable[str], *options: str, planted: str = "") -> Run:
        """Run test nodes in the copy, on worlds where a planted SQL is run first."""
        self._clean()
        done = subprocess.run(  # noqa: S603
            [
                sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=short", "--timeout=120",
                "-p", "no:randomly", "-p", "no:cacheprovider", *options, *nodes,
            ],
            cwd=self.tree, env=self._environment(planted), capture_output=True, text=True,
            timeout=PATIENCE if planted or options else None, check=False,
        )  # fmt: skip
        return read_run(done.returncode, done.stdout, done.stderr)

    def prepare(self) -> None:
        """Make the database on which planted SQL is tried before it is used."""
        build_template(self.servers, SMALL_DEMO)
        copy_database(self.servers, SCRATCH, SMALL_DEMO)

    def try_sql(self, text: str) -> str | None:
        """What PostgreSQL says against a planted SQL, None when it accepts it."""
        with psycopg.connect(self.servers.superuser_url(SCRATCH)) as connection:
            try:
                connection.execute(text.encode())
            except psycopg.Error as error:
                return str(error).splitlines()[0]
            finally:
                connection.rollback()
        return None

    def run_sql(self, text: str) -> None:
        """Run SQL on the server, outside of every world."""
        with psycopg.connect(self.servers.superuser_url(), autocommit=True) as connection:
            connection.execute(text.encode())

    @contextmanager
    def replaced(self, mutant: SourceMutant) -> Iterator[str | None]:
        """The copy with a file changed; what is against it, if anything is."""
        path = self.tree / mutant.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.before) != 1:
            yield f"texte trouvé {text.count(mutant.before)} fois dans {mutant.file}"
            return
        self._write(path, text.replace(mutant.before, mutant.after))
        try:
            yield None
        finally:
            self._write(path, text)

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        second = next(self._seconds)
        os.utime(path, (second, second))

    def _environment(self, planted: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTHONDONTWRITEBYTECODE", PLANTED}
        }
        return kept | {
            "PYTHONPATH": f"{self.tree / 'platform'}:{self.tree}",
            "PYTHONPYCACHEPREFIX": f"{self.servers.home}/bytecode",
            "PRESENCE_TEST_SERVERS": self.servers.to_text(),
            "COLUMNS": "1000",
            **({PLANTED: planted} if planted else {}),
        }

    def _clean(self) -> None:
        """Nothing of a run reaches the next one: no counter of tries, no world left behind."""
        with redis.Redis.from_url(self.servers.redis_url()) as client:
            client.flushall()
        with psycopg.connect(self.servers.superuser_url(), autocommit=True) as connection:
            names = connection.execute(
                "select datname from pg_database where datname ~ '^world_'"
            ).fetchall()
            for (name,) in names:
                connection.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(str(name)))
                )


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop that leaves nothing behind."""
    running = RunningStack()
    tree = Path(tempfile.mkdtemp(prefix="presence-mutants-"))
    try:
        _copy_tree(tree)
        yield Workshop(tree, running.servers)
    finally:
        running.stop()
        shutil.rmtree(tree, ignore_errors=True)


def _copy_tree(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, tree / name)
    for name in SHARED:
        (tree / name).symlink_to((ROOT / name).resolve())


def outcome_of(shop: Workshop, mutant: Mutant) -> Outcome:
    """Plant a defect, run its tests, take the defect back."""
    start = monotonic()
    verdict, why = _judge(shop, mutant)
    return Outcome(verdict, monotonic() - start, why)


def _judge(shop: Workshop, mutant: Mutant) -> tuple[str, str]:
    # One named test is enough to stop; several must all be seen to fail.
    options = ["-x"] if len(mutant.seen_by) == 1 else ["--maxfail=1000"]
    try:
        if isinstance(mutant, SourceMutant):
            with shop.replaced(mutant) as refusal:
                if refusal:
                    return ERROR, refusal
                return verdict_of(mutant, shop.pytest(mutant.seen_by, *options))
        if isinstance(mutant, DatabaseMutant):
            refusal = shop.try_sql(mutant.sql)
            if refusal:
                return ERROR, refusal
            try:
                run = shop.pytest(mutant.seen_by, *options, planted=mutant.sql)
            finally:
                if mutant.undo:
                    shop.run_sql(mutant.undo)
            return verdict_of(mutant, run)
    except subprocess.TimeoutExpired:
        return ERROR, f"rien après {PATIENCE:.0f} s"
    return ERROR, "sorte de défaut inconnue"


def verdict_of(mutant: Mutant, run: Run) -> tuple[str, str]:
    """What a run says of a defect, and why when it is not « vu »."""
    if run.code == 0:
        return UNSEEN, "tous ses tests passent"
    if run.code != 1:
        return ERROR, f"pytest rend {run.code} : {run.last_line}"
    if run.broken:
        return ERROR, run.broken[0]
    blind = [node for node in mutant.seen_by if not is_red(node, run.failed)]
    return (UNSEEN, f"passe : {', '.join(blind)}") if blind else (SEEN, "")


def is_red(node: str, failed: Iterable[str]) -> bool:
    """Whether a node is among those that failed, or holds one of them."""
    return any(node in {red, red.split("::")[0]} for red in failed)


def drop_scratch(shop: Workshop) -> None:
    """Drop the database of `prepare`."""
    drop_database(shop.servers, SCRATCH)
