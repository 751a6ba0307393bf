"""Takes out of a program what nothing in it names: functions, methods, classes, tables.

Half of shared_protocol is the server's, and tables may say more than the box needs. A definition
stays if its name stands anywhere else, also as an attribute or inside a text, whoever is meant; so
it may keep too much, and never takes what is used.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping

_HARMLESS_CALLS = {"bytes", "const", "frozenset", "int", "len", "namedtuple", "tuple"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def shake(trees: Mapping[str, ast.Module], kept: Iterable[ast.Module]) -> None:
    """Remove what is dead from `trees`; `kept` is part of the program and stays whole."""
    roots = list(kept)
    for tree in (*trees.values(), *roots):
        _take_docstrings(tree)
    while True:
        named = Counter[str]()
        for tree in (*trees.values(), *roots):
            named.update(_names(tree))
        if sum(_shaken(tree, named) for tree in trees.values()) == 0:
            return


def _take_docstrings(tree: ast.Module) -> None:
    """Remove them: the compiler would, and what they speak of is not thereby used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _names(tree: ast.AST) -> Iterable[str]:
    """Yield every word that could name a definition, once for each time it stands there."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Load()):
                yield name
            case ast.alias(name=name):
                yield name.rpartition(".")[2]
            case ast.Constant(value=str() as text):
                yield from text.replace("/", " ").split()


def _shaken(tree: ast.Module, named: Counter[str]) -> bool:
    """Remove the dead definitions of one module; return whether there were any."""
    changed = False
    harmless = _HARMLESS_CALLS | _tuple_types(tree)
    for body in (tree.body, *(n.body for n in tree.body if isinstance(n, ast.ClassDef))):
        for node in list(body):
            name = _defined(node, harmless)
            if name is None or named[name] > Counter(_names(node))[name]:
                continue
            body.remove(node)
            changed = True
        if not body and body is not tree.body:
            body.append(ast.Pass())
    return changed


def _defined(node: ast.stmt, harmless: set[str]) -> str | None:
    """Return the name that a statement defines and does nothing else; None for any other."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not _is_called(node):
            return None if name.startswith("__") else name
        case ast.ClassDef(name=name, decorator_list=[]):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) if _is_harmless(node.value, harmless):
            return None if name.startswith("__") else name
    return None


def _is_called(node: _Function) -> bool:
    """Return whether a decorator other than the built-in ones may keep hold of a function."""
    known = {"property", "classmethod", "staticmethod"}
    return any(not (isinstance(d, ast.Name) and d.id in known) for d in node.decorator_list)


def _tuple_types(tree: ast.Module) -> set[str]:
    """Return the names of a module's named tuples: to make one does nothing else."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and ast.unparse(node.value.func) == "namedtuple"
    }


def _is_harmless(node: ast.expr, harmless: set[str]) -> bool:
    """Return whether making a value does nothing but make it."""
    return all(
        isinstance(call.func, ast.Name) and call.func.id in harmless
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    )
