"""The store speaks the SQL that SQLite and PostgreSQL share; what only SQLite can has its file."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support import ROOT

STORE = ROOT / "server" / "store"
SQLITES_OWN = STORE / "sqlite.py"

# What another engine refuses, or reads otherwise, or what ties us to the order of values.
REFUSED = {
    "a value without a name": r"\?",
    "a condition that PostgreSQL writes CASE": r"(?i)\biif\(",
    "INSERT OR, REPLACE for ON CONFLICT": r"(?i)\b(INSERT|UPDATE)\s+OR\b|\bREPLACE\s+INTO\b",
    "rows put in without naming the columns": r"(?i)\bINSERT\s+INTO\s+\S+\s+(VALUES|SELECT)\b",
    "IS with a value for IS NOT DISTINCT FROM": (
        r"\bIS\s+(?!NULL\b|NOT\b|TRUE\b|FALSE\b|DISTINCT\b)"
        r"|\bIS\s+NOT\s+(?!NULL\b|TRUE\b|FALSE\b|DISTINCT\b)"
    ),
    "a number taken for true or false": r"\bNOT\s+[a-z]",
    "a function of SQLite": (
        r"(?i)\b(json(_\w+)?|group_concat|ifnull|total|typeof|printf|instr|hex|unhex|randomblob|"
        r"changes|last_insert_rowid|strftime|julianday|unixepoch|datetime)\("
    ),
    "a transaction as SQLite begins one": r"(?i)\bBEGIN\s+(IMMEDIATE|EXCLUSIVE|DEFERRED)\b",
    "SQLite's own tables, settings, ids": r"(?i)\b(PRAGMA|sqlite_\w+|_?rowid_?|VACUUM|ATTACH)\b",
    "an operator of SQLite": r"==|\b(GLOB|MATCH|NOCASE)\b|\b(NOT\s+INDEXED|INDEXED\s+BY)\b",
}
# Of the driver: what Python asks of any (PEP 249), and the types of what it hands out.
SHARED_NAMES = {"Connection", "Row", "Error", "IntegrityError"}


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every string but docstrings; what an f-string puts in stands as {}."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # a docstring
            passed.add(node.value)
        if node in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            passed.update(node.values)
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def split_at_close(text: str) -> tuple[str, str]:
    """What follows an opening parenthesis: the inside, without what is nested, and the rest."""
    depth, inside = 1, ""
    for i, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return inside, text[i + 1 :]
        if depth == 1:
            inside += character
    return inside, ""


def has_scalar_extreme(sql: str) -> bool:
    """Whether max() or min() is asked for the greatest of several values, not of many rows."""
    calls = re.finditer(r"(?i)\b(max|min)\(", sql)
    return any("," in split_at_close(sql[call.end() :])[0] for call in calls)


def has_nameless_query(sql: str) -> bool:
    """Whether a query stands behind FROM or JOIN without a name for its rows."""
    queries = re.finditer(r"\b(FROM|JOIN)\s+\(", sql)
    rests = (split_at_close(sql[query.end() :])[1] for query in queries)
    return not all(re.match(r"\s*(AS\s+)?[a-z]", rest) for rest in rests)


def faults_of(source: str) -> list[str]:
    """What of a file of the store only SQLite would understand, by line."""
    tree = ast.parse(source)
    found = []
    for line, text in strings(tree):
        found += [(line, fault) for fault, form in REFUSED.items() if re.search(form, text)]
        if has_scalar_extreme(text):
            found.append((line, "max() or min() of several values"))
        if has_nameless_query(text):
            found.append((line, "a query in FROM without a name"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_driver = isinstance(node.value, ast.Name) and node.value.id == "sqlite3"
            if node.attr in ("lastrowid", "executescript") or (
                of_driver and node.attr not in SHARED_NAMES
            ):
                found.append((node.lineno, f"{ast.unparse(node)} of SQLite's driver"))
    return [f"line {line}: {fault}" for line, fault in sorted(found)]


def test_only_sqlite_py_says_what_only_sqlite_understands() -> None:
    paths = sorted(set(STORE.glob("*.py")) - {SQLITES_OWN})
    assert len(paths) > 15
    faults = {path.name: faults_of(path.read_text()) for path in paths}
    assert {name: found for name, found in faults.items() if found} == {}


def test_sqlite_py_is_where_such_words_are_found() -> None:
    faults = " ".join(faults_of(SQLITES_OWN.read_text()))
    assert all(word in faults for word in ("settings", "function", "begins", "sqlite3.connect"))


@pytest.mark.parametrize(
    "planted",
    [
        'db.execute("SELECT plate FROM vehicle WHERE vehicle_id = ?", (1,))',
        'db.execute(f"{VEHICLES} WHERE {column} = ?", (1,))',
        'CONDITION = "agent_id = " "?"',
        'db.execute("SELECT iif(state = :a, 1, 0) FROM command")',
        'db.execute("UPDATE box SET epoch = max(epoch, :epoch)")',
        'db.execute(f"SELECT min(coalesce(epoch, 0), {sql}) FROM box")',
        'db.execute("INSERT OR IGNORE INTO occupant (trip_id) VALUES (:trip_id)")',
        'db.execute("REPLACE INTO occupant (trip_id) VALUES (:trip_id)")',
        'db.execute("INSERT INTO occupant VALUES (:trip_id, :agent_id)")',
        'db.execute("INSERT INTO occupant" " SELECT trip_id, agent_id FROM trip")',
        'db.execute("SELECT 1 FROM box WHERE grants_hash IS NOT :grants_hash")',
        'db.execute("SELECT 1 FROM box WHERE grants_hash IS :grants_hash")',
        'db.execute("SELECT 1 FROM agent WHERE NOT licence_recorded")',
        'db.execute("SELECT 1 FROM (SELECT max(epoch) FROM box) WHERE TRUE")',
        'db.execute("SELECT json_group_array(code) FROM equipment")',
        'db.execute("SELECT group_concat(code) FROM equipment")',
        'db.execute("SELECT ifnull(epoch, 0) FROM box")',
        'db.execute("BEGIN IMMEDIATE")',
        'db.execute("PRAGMA user_version")',
        'db.execute("SELECT name FROM sqlite_master")',
        'db.execute("SELECT rowid FROM box")',
        'db.execute("SELECT 1 FROM box WHERE epoch == 1")',
        'db.execute("SELECT 1 FROM agent ORDER BY login COLLATE NOCASE")',
        'box_id = db.execute("INSERT INTO box (epoch) VALUES (1)").lastrowid',
        'db = sqlite3.connect("voiturier.db")',
    ],
)
def test_what_only_sqlite_understands_is_seen(planted: str) -> None:
    assert len(faults_of(planted)) == 1


@pytest.mark.parametrize(
    "shared",
    [
        '"""Which one? The max(a, b) of a docstring."""',
        'db.execute("SELECT max(epoch), min(coalesce(seq, 0)) FROM record", {})',
        'db.execute("SELECT 1 FROM box WHERE relay IS NOT NULL AND relay IS DISTINCT FROM :relay")',
        'db.execute("SELECT 1 FROM (SELECT max(epoch) FROM box) own JOIN (SELECT 1) AS o ON TRUE")',
        'db.execute("SELECT 1 FROM trip WHERE NOT (state = :state) AND trip_id NOT IN (1)")',
        'db.execute(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {table}_id")',
        "def work(db: sqlite3.Connection) -> sqlite3.Row: ...",
    ],
)
def test_what_both_understand_is_let_through(shared: str) -> None:
    assert faults_of(shared) == []
