"""Nobody adds an action that writes and leaves no entry: found in the text of the actions."""

import ast
from collections import Counter
from pathlib import Path

import server.actions
import server.store
from server.fleet.audit import Act

ACTIONS = Path(*server.actions.__path__)
STORE = Path(*server.store.__path__)
# The words that an action's own code does not say: said by the web, the commands, the store.
ELSEWHERE = {
    Act.SIGN_IN,
    Act.SIGN_OUT,
    Act.OPEN_PAGE,
    Act.OTHER,
    Act.CONFIRM_TIME,
    Act.RESTORE,
    Act.ERASE_AUDIT,
}

Function = tuple[str, str]  # file, name


def writers() -> set[str]:
    """The methods of the store that write."""
    found = set()
    for path in STORE.rglob("*.py"):
        for method in ast.walk(ast.parse(path.read_text())):
            if isinstance(method, ast.AsyncFunctionDef) and "_engine.write" in ast.unparse(method):
                found.add(method.name)
    return found


def functions() -> dict[Function, ast.AsyncFunctionDef]:
    """Every asynchronous function of the actions."""
    return {
        (str(path.relative_to(ACTIONS)), node.name): node
        for path in sorted(ACTIONS.rglob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef)
    }


def is_audited(function: ast.AsyncFunctionDef) -> bool:
    return any("audited(" in ast.unparse(each) for each in function.decorator_list)


def writes_itself(function: ast.AsyncFunctionDef, methods: set[str]) -> bool:
    """Whether it calls a writing method of something that is, or comes of, the store."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            *before, method = ast.unparse(call.func).split(".")
            if method in methods and "store" in before and "audit" not in before:
                return True
    return False


def called_by(function: ast.AsyncFunctionDef) -> set[str]:
    calls = (call for call in ast.walk(function) if isinstance(call, ast.Call))
    return {ast.unparse(call.func).rpartition(".")[2] for call in calls}


def undeclared() -> list[Function]:
    """What writes, by itself or by a helper, and neither is declared nor begins with _."""
    every, methods = functions(), writers()
    writing = {key for key, node in every.items() if writes_itself(node, methods)}
    loose = {key for key in writing if not is_audited(every[key])}
    known = 0
    while known != len(loose):  # whoever calls a helper that writes, writes
        known = len(loose)
        names = Counter(name for _, name in loose if name.startswith("_"))
        loose |= {
            key
            for key, node in every.items()
            if not is_audited(node) and called_by(node) & names.keys()
        }
    return sorted(key for key in loose if not key[1].startswith("_"))


def test_the_walk_finds_what_writes() -> None:
    assert {"create", "revoke", "give", "queue", "set_password"} <= writers()
    every, methods = functions(), writers()
    assert writes_itself(every["roles.py", "give"], methods)
    assert not writes_itself(every["roles.py", "get"], methods)


# Helpers of several files, called by declared actions alone.
HELPERS = {("bookings.py", "called_off"), ("bookings.py", "moved"), ("boxes/__init__.py", "ask")}
# What writes to see what would be refused, and undoes it in the same transaction.
TRIES = {("bookings.py", "objections"), ("imports.py", "check")}


def test_every_action_that_writes_says_what_it_is_in_the_audit() -> None:
    assert set(undeclared()) == HELPERS | TRIES, "put @audited(Act.X, kind) above it"


def test_a_helper_that_writes_is_called_by_declared_actions_alone() -> None:
    for key, node in functions().items():
        if key not in HELPERS and {name for _, name in HELPERS} & called_by(node):
            assert is_audited(node), key


def test_each_word_of_the_list_is_said_by_some_action() -> None:
    text = "".join(path.read_text() for path in ACTIONS.rglob("*.py"))
    unsaid = {act for act in Act if f"Act.{act.name}" not in text}
    assert unsaid == ELSEWHERE
