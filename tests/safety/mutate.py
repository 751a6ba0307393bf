"""`python -m tests.safety.mutate [MODULE...] [--slice N/OF]`: are the tests any good?

Changes one thing at a time in the safety core (every comparison, operator, number, truth value,
branch, returned value and statement) and runs the core's tests against each such mutant, in a
process forked for it. A mutant that no test fails is a survivor: it must stand in SURVIVORS with
the reason why it does the same as the original. Prints mutants, killed, survivors and seconds.
Ends with 1 when one survived that is not listed, when a listed one did not or exists no more, or
when more than 2 % are listed.

Text is left as it is, as are annotations: names and layouts that the two sides of an import or of
a file share.
"""

import argparse
import ast
import importlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parents[2]
_TRIP = (
    "trip", "state", "handover", "pending", "judged", "technician", "private", "left_running",
)  # fmt: skip
TESTS = {
    "immobiliser": ("immobiliser",),
    "trip": _TRIP,
    "handover": _TRIP,
    "state": _TRIP,
    "afar": ("afar",),
    "badge_decision": ("badge_decision",),
    "forgotten": ("forgotten",),
    "door_lock": ("door_lock",),
    "ration": ("ration",),
    "commands": ("commands", "afar"),
    "feedback": ("feedback",),
    "learning": ("learning",),
    "rest": ("rest",),
    "grants": ("badge_decision", "grants"),
    "held_set": ("badge_decision", "grants", "held_set"),
    "wishes": _TRIP,
    "standing": ("standing", "standing_limits"),
    "startable": ("contradictions",),
    "ignition_line": ("ignition_line_limits",),
    "unused": ("unused",),
}
"""A module of firmware/logic -> the tests of it, which may be of another room."""

LOOK_UPS = {
    "grants": ("of_badge", "booked_by_another", "surely_at_site", "_signed"),
    "held_set": ("find",),
}
"""Of these modules only what a badge's decision asks; how a set arrives is not the core's."""

LABELS = (
    ("BADGE_ACCEPTED", "SAFE_TO_INHIBIT", "CONTACT_SHOWS_ENABLED", "CONTACT_SHOWS_INHIBITED"),
    ("NO_PULSE", "PULSE_ENABLE", "PULSE_INHIBIT"),
    ("ASK_NOTHING", "ASK_WAKE", "ASK_SLEEP"),
    ("DOOR_LEAVE", "DOOR_UNLOCK", "DOOR_LOCK"),
    ("_NOTHING", "_ON_AND_MOVES", "_OFF_AND_STANDS", "_OFF_AND_MOVES"),
    ("_NO_CARD", "_HAS_RESUMED", "_IS_DRIVER", "_IS_TECHNICIAN"),
)
"""Constants that are only told apart: they get another one's number, not one that nobody has."""

_ONLY_ONE_RECORD = "a trip answers a wish with one record, the first and the last"
_NOT_ASKED = "asked only once the ignition was seen off, so after a look, which counts it"
_LONG_BEFORE = "as good as an unknown time: a wish is of no time near it"
_NO_PROOF = "what proves nothing may be called anything, and begin at any time"
_IN_VAIN = "a page that cannot hold it is looked through in vain: slower, and the same is found"
SURVIVORS: dict[tuple[str, str, str], str] = {
    ("held_set", "before = last", "before = last -> pass"): _IN_VAIN,
    (
        "held_set",
        "if before <= prefix <= last:",
        "before <= prefix <= last -> True",
    ): _IN_VAIN,
    ("badge_decision", "NO_TRIP = -1", "1 -> 2"): "any number that no grant has",
    (
        "immobiliser",
        "self._still_since_ms = [None] * len(self._still_since_ms)",
        "self._still_since_ms = [None] * len(self._still_since_ms) -> pass",
    ): "the ignition's 65 s begin anew too, and are longer than the 60 s of a sign",
    ("immobiliser", "self._valid = 0  # how many signs are", "self._valid = 0 -> pass"): _NOT_ASKED,
    ("immobiliser", "self._valid = 0  # how many signs are", "0 -> 1"): _NOT_ASKED,
    ("immobiliser", "self._valid = 0  # how many signs are", "0 -> -1"): _NOT_ASKED,
    (
        "state",
        "flags = self.open * _OPEN + self.paused * _PAUSED + self.in_leg * _IN_LEG",
        "Mult -> FloorDiv",
    ): "_OPEN is 1",
    ("trip", "return self.ask(tag, ASKED_PAUSE, True, motion, where)", "True -> False"): (
        "a pause asks for no keys"
    ),
    ("trip", "time_s: int = 0,", "0 -> 1"): _LONG_BEFORE,
    ("trip", "time_s: int = 0,", "0 -> -1"): _LONG_BEFORE,
    ("ignition_line", "return _NOTHING", "return _NOTHING -> return None"): _NO_PROOF,
    ("ignition_line", "self._since_ms = self._looked_ms = 0", "0 -> 1"): _NO_PROOF,
    ("ignition_line", "self._since_ms = self._looked_ms = 0", "0 -> -1"): _NO_PROOF,
    ("badge_decision", "return False", "return False -> return None"): "only its truth is asked",
    ("commands", "self._answer(command_id, COMMAND_UNKNOWN, 0)", "0 -> 1"): "nobody is answered",
    ("commands", "self._answer(command_id, COMMAND_UNKNOWN, 0)", "0 -> -1"): "nobody is answered",
    ("commands", "if not asked or isinstance(asked[-1], TripEnd):", "1 -> 0"): _ONLY_ONE_RECORD,
    ("commands", "elif isinstance(asked[-1], TripAsked):", "1 -> 0"): _ONLY_ONE_RECORD,
    ("commands", "elif isinstance(asked[-1], Ordered):", "1 -> 0"): _ONLY_ONE_RECORD,
}
"""(module, the line, the change) -> why it changes nothing that can be told from outside."""

MOST_SURVIVORS = 0.02
_LONGEST_S = 4  # of the processor; a mutant that takes longer goes round in circles, and is killed

_COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_CALCULATED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


_REMOVED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Mutant:
    """One change in one module of TESTS."""

    module: str
    line: int
    text: str  # of the line
    change: str
    code: CodeType

    @property
    def key(self) -> tuple[str, str, str]:
        return self.module, self.text, self.change


def mutants(module: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    path = _path(module)
    source = path.read_text()
    lines = source.splitlines()
    tree = ast.parse(source)
    labels = _labels(tree)
    seen: dict[tuple[str, str], int] = {}
    found = []
    below = [tree]  # type: list[ast.AST]
    if module in LOOK_UPS:
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        below = [function for function in functions if function.name in LOOK_UPS[module]]
    for owner, field, index, new in [change for node in below for change in _changes(node)]:
        place = getattr(owner, field)
        old = place if index is None else place[index]
        if old in labels and ast.unparse(new) not in labels[old]:
            continue
        was = _shown(old)
        _put(owner, field, index, ast.fix_missing_locations(ast.copy_location(new, old)))
        code = compile(tree, str(path), "exec")
        at = old if hasattr(old, "lineno") else owner
        text = lines[at.lineno - 1].strip()
        change = f"{was} -> {_shown(new)}"
        seen[text, change] = number = seen.get((text, change), 0) + 1
        change += f", number {number}" if number > 1 else ""
        found.append(Mutant(module, at.lineno, text, change, code))
        _put(owner, field, index, old)
    return sorted(found, key=lambda mutant: mutant.line)


def _path(module: str) -> Path:
    (path,) = (ROOT / "firmware" / "logic").glob(f"*/{module}.py")
    return path


def _tests(name: str) -> ModuleType:
    (path,) = (ROOT / "tests" / "firmware" / "logic").glob(f"*/test_{name}.py")
    return importlib.import_module(f"tests.firmware.logic.{path.parent.name}.{path.stem}")


def _unchanged(module: str) -> Mutant:
    path = _path(module)
    return Mutant(module, 0, "", "", compile(path.read_text(), str(path), "exec"))


Change = tuple[ast.AST, str, int | None, ast.AST]


def _changes(node: ast.AST) -> Iterator[Change]:
    """Every (owner, field, index in it, node to put there) below a node."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        if isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST) and not _is_docstring(each):
                    for new in _instead_of(each, node):
                        yield node, field, index, new
                    yield from _changes(each)
        elif isinstance(value, ast.AST):
            for new in _instead_of(value, node):
                yield node, field, None, new
            yield from _changes(value)
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        for truth in (True, False):
            yield node, "test", None, ast.Constant(truth)
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            for truth in (True, False):
                yield node, "ifs", index, ast.Constant(truth)


def _instead_of(node: ast.AST, owner: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    if isinstance(node, ast.cmpop):
        for other in _COMPARED[type(node)]:
            yield other()
    elif isinstance(node, ast.operator) and type(node) in _CALCULATED:
        yield _CALCULATED[type(node)]()
    elif isinstance(node, (ast.And, ast.Or)):
        yield ast.Or() if isinstance(node, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        for value in {node.value + 1, node.value - 1, 0} - {node.value}:
            yield ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(1))
    elif isinstance(node, ast.Return):
        if node.value is not None and not _is_none(node.value):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, _REMOVED) and not isinstance(owner, (ast.Module, ast.ClassDef)):
        yield ast.Pass()


def _labels(tree: ast.Module) -> dict[ast.AST, list[str]]:
    """The number of each label -> the numbers of its kind."""
    numbers = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found = [each for each in ast.walk(node) if _is_number(each)]
            numbers[ast.unparse(node.targets[0])] = found[0] if found else node
    kinds = [[numbers[name] for name in kind if name in numbers] for kind in LABELS]
    return {number: [ast.unparse(each) for each in kind] for kind in kinds for number in kind}


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _put(owner: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[index] = node


def _shown(node: ast.AST) -> str:
    """A node in Python, or an operator's name."""
    if isinstance(node, (ast.cmpop, ast.operator, ast.boolop)):
        return type(node).__name__
    return " ".join(ast.unparse(node).split())


def is_killed(mutant: Mutant) -> bool:
    """Whether a test fails, or never ends, with the mutant in the place of its module."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST_S)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            _run_tests(mutant)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_tests(mutant: Mutant) -> None:
    name = f"firmware.logic.{_path(mutant.module).parent.name}.{mutant.module}"
    module = ModuleType(name)
    sys.modules[name] = module
    exec(mutant.code, vars(module))
    for tests in TESTS[mutant.module]:
        tested = _tests(tests)
        for test in [entry for entry in dir(tested) if entry.startswith("test_")]:
            getattr(tested, test)()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.safety.mutate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--slice", default="0/1", metavar="N/OF", help="only so much of them")
    arguments = parser.parse_args()
    if unknown := set(arguments.modules) - set(TESTS):
        parser.error(f"no module {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}")
    number, slices = map(int, arguments.slice.split("/"))
    sys.exit(not run(arguments.modules or list(TESTS), number, slices))


def run(modules: list[str], number: int = 0, slices: int = 1) -> bool:
    """Try the mutants of some modules, or a slice of them; print the figures, judge them.

    A slice is every so manieth mutant, so that it holds some of each module; the slices together
    are all of them.
    """
    warm = [name for name in sys.modules if name.startswith("firmware.logic.")]
    assert not warm, f"imported before its mutants: {warm}"
    importlib.import_module("shared_protocol.sets")
    for module in modules:
        assert not is_killed(_unchanged(module)), f"{module}: its tests fail without any change"
    began = time.perf_counter()
    every = [mutant for module in modules for mutant in mutants(module)]
    chosen = every[number % slices :: slices]
    survivors = [mutant for mutant in chosen if not is_killed(mutant)]
    seconds = time.perf_counter() - began
    for mutant in survivors:
        why = SURVIVORS.get(mutant.key, "NOT LISTED")
        print(f"{_path(mutant.module).relative_to(ROOT)}:{mutant.line}: {mutant.text}")
        print(f"    {mutant.change}: {why}")
    drawn = "" if slices == 1 else f" of {len(every)}, slice {number % slices} of {slices}"
    print(
        f"{len(chosen)} mutants{drawn}, {len(chosen) - len(survivors)} killed, "
        f"{len(survivors)} survived ({100 * len(survivors) / len(chosen):.1f} %), {seconds:.0f} s"
    )
    return _holds(modules, every, chosen, survivors)


def _holds(
    modules: list[str], every: list[Mutant], chosen: list[Mutant], survivors: list[Mutant]
) -> bool:
    """Whether the list of survivors is true, and short enough."""
    survived = {mutant.key for mutant in survivors}
    tried = {mutant.key for mutant in chosen}
    exist = {mutant.key for mutant in every}
    listed = {key for key in SURVIVORS if key[0] in modules}
    faults = {
        "not listed": survived - listed,
        "listed, but killed": (listed & tried) - survived,
        "listed, but there is no such mutant": listed - exist,
    }
    for fault, keys in faults.items():
        for key in sorted(keys):
            print(f"{fault}: {key}")
    return not any(faults.values()) and len(listed) <= MOST_SURVIVORS * len(every)


if __name__ == "__main__":
    main()
