"""Takes names out of the code for the box: each costs its heap some dozens of bytes.

Three things are done, and the sources stay as they are:
- A public integer constant is written where it is used, as MicroPython's own `const()` does within
  one module: `from x import LIMIT` goes, and LIMIT becomes its number.
- What nothing names is left out (shaking.py).
- Private attributes that hold data get short names, the same ones again in each module. Functions
  keep theirs, so that a crash report still says where it was.
"""

import ast
from collections.abc import Iterator, Mapping

from simulator.errors import SimulatorError
from simulator.shaking import shake

_CONST_MODULE = "firmware.logic.const"
_Constants = dict[tuple[str, str], int]  # (module, name) -> value


def link(modules: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Return the modules' sources with their public integer constants put in place.

    Args:
        modules: dotted name -> source.
        kept: sources that go on the box as they are; what they import stays importable.

    Raises:
        SimulatorError: a source is no Python; the text names it.
    """
    trees = {name: _parsed(name, source) for name, source in modules.items()}
    kept_trees = [_parsed(name, source) for name, source in kept.items()]
    needed = {each for tree in kept_trees for each in _needed(tree)}
    constants: _Constants = {}
    while True:  # a constant may be made of those of a module that comes later
        known = len(constants)
        for name, tree in trees.items():
            for target, value in _defined(name, tree, constants):
                if (name, target) not in needed:
                    constants[name, target] = value
        if len(constants) == known:
            break
    linked = {name: _linked(name, tree, constants) for name, tree in trees.items()}
    shake(linked, kept_trees)
    shared = _private_names_shared(linked)
    for tree in linked.values():
        _Shortener(tree, shared).visit(tree)
    return {name: ast.unparse(ast.fix_missing_locations(tree)) for name, tree in linked.items()}


def _parsed(name: str, source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise SimulatorError(f"{name}, line {error.lineno}: SyntaxError: {error.msg}") from None


def _needed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of what a source imports, or reads of a module that it imports."""
    aliases = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield aliases.get(node.value.id, ""), node.attr


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Return name in a module -> what it stands for, by `from ... import`."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _defined(module: str, tree: ast.Module, constants: _Constants) -> list[tuple[str, int]]:
    """Return the public names that a module gives an integer to, once, at its top."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                if (node.module, alias.name) in constants:
                    name = alias.asname or alias.name
                    found.append((name, constants[node.module, alias.name]))
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id.isupper() and target.id[0] != "_":
                value = _value(node.value, module, constants)
                if value is not None:
                    found.append((target.id, value))
    return found


def _value(node: ast.expr, module: str, constants: _Constants) -> int | None:
    """Return what an expression of integers and constants is; None for any other."""
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.Name(id=name):
            return constants.get((module, name))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negated = _value(operand, module, constants)
            return None if negated is None else -negated
        case ast.BinOp(left=left, op=op, right=right):
            first, second = _value(left, module, constants), _value(right, module, constants)
            if first is None or second is None:
                return None
            match op:
                case ast.Add():
                    return first + second
                case ast.Sub():
                    return first - second
                case ast.Mult():
                    return first * second
                case ast.LShift():
                    return first << second
                case ast.BitOr():
                    return first | second
    return None


def _linked(module: str, tree: ast.Module, constants: _Constants) -> ast.Module:
    before = _names_used(tree)
    linked = _Linker(module, tree, constants).visit(tree)
    unlinked: ast.Module = _Unimporter(before - _names_used(linked)).visit(linked)
    return unlinked


def _names_used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


class _Linker(ast.NodeTransformer):
    """Puts values in the place of names; what is dead by then goes."""

    def __init__(self, module: str, tree: ast.Module, constants: _Constants) -> None:
        self._module = module
        self._constants = constants
        self._values = dict(_defined(module, tree, constants))
        self._values = {
            name: value for name, value in self._values.items() if (module, name) in constants
        }
        self._aliases = _aliases(tree)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        if node.module == _CONST_MODULE:  # the compiler knows the word
            return None
        node.names = [
            alias
            for alias in node.names
            if (node.module or "", alias.name) not in self._constants
            or (self._module, alias.asname or alias.name) not in self._constants
        ]
        return node if node.names else None

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in self._values:
            return None
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self._values:
            return ast.Constant(self._values[node.id])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in self._aliases:
            value = self._constants.get((self._aliases[node.value.id], node.attr))
            if value is not None:
                return ast.Constant(value)
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant) and node.test.value is False:
            return node.orelse
        return node


class _Unimporter(ast.NodeTransformer):
    """Takes away the imports of names that were used and are no more."""

    def __init__(self, unused: set[str]) -> None:
        self._unused = unused

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        node.names = [a for a in node.names if (a.asname or a.name) not in self._unused]
        return node if node.names else None


def _private_names_shared(trees: Mapping[str, ast.Module]) -> set[str]:
    """Return the private attributes that more than their own module may know of.

    One that a module reads of another's object, and all of a module whose class another inherits.
    """
    shared: set[str] = set()
    for tree in trees.values():
        own = _private_data(tree)
        shared |= {n.attr for n in ast.walk(tree) if _is_private(n)} - own  # type: ignore[attr-defined]
        classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.bases:
                names = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if not names <= classes:
                    shared |= own
    return shared


def _private_data(tree: ast.Module) -> set[str]:
    """Return the private attributes of a module's own objects, its methods apart."""
    functions = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and _is_private(node)
        and isinstance(node.ctx, ast.Store)
        and node.attr not in functions
    }


def _is_private(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    return node.attr.startswith("_") and not node.attr.startswith("__")


class _Shortener(ast.NodeTransformer):
    """Gives the private data of a module's objects short names."""

    def __init__(self, tree: ast.Module, shared: set[str]) -> None:
        names = sorted(_private_data(tree) - shared)
        self._short = {name: f"_{number}" for number, name in enumerate(names)}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self._short.get(node.attr, node.attr)
        return self.generic_visit(node)
