"""Folds the numbers that modules share into where they are used, as mpy-cross does within a module.

A public constant of another module costs the box a name in each module that imports it, and a look
at each use: of its heap 8 kB in all. Lines stay as they are numbered. Nothing else is changed, and
a number that is asked for as an attribute of its module stays there.
"""

import ast
import contextlib
import operator
from collections.abc import Iterable, Iterator, Mapping

from flasher.errors import FlasherError

_SMALL = 1 << 30  # what needs no object of its own in 32-bit words
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
}
_Edit = tuple[int, int, int, int, bytes]
"""Line and column of the first byte, of the end, and what takes its place."""


def folded(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the modules with the numbers of each in the others.

    Args:
        sources: name of a module, `firmware.tasks.link`, -> its source; all that the box has. One
            that is no Python comes back as it is: the compiler says why.

    Raises:
        FlasherError: a module gives another meaning to a name that it took from another.
    """
    trees: dict[str, ast.Module] = {}
    for name, source in sources.items():
        with contextlib.suppress(SyntaxError, ValueError):
            trees[name] = ast.parse(source)
    asked = {
        node.attr
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    known = {
        name: {key: number for key, number in _numbers(tree) if key not in asked}
        for name, tree in trees.items()
    }
    is_new = True
    while is_new:  # what a module imports, others may import from it
        is_new = False
        for name, tree in trees.items():
            for key, number in _imported(tree, known):
                if key not in asked and key not in known[name]:
                    known[name][key] = number
                    is_new = True
    for name, tree in trees.items():
        for stored in _stored(tree):
            if stored in known[name] and stored not in dict(_numbers(tree)):
                raise FlasherError(f"{name}: {stored} is a number of another module, and set here")
    edited = {
        name: _edited(sources[name], _edits(tree, known[name])) for name, tree in trees.items()
    }
    return {**sources, **edited}


def _numbers(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The public constants that a module gives a small whole number, once."""
    stored = list(_stored(tree))
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                is_public = name.isupper() and not name.startswith("_")
                number = _value(value) if is_public and stored.count(name) == 1 else None
                if number is not None and -_SMALL <= number < _SMALL:
                    yield name, number


def _stored(tree: ast.Module) -> Iterator[str]:
    """Every name that a module gives a meaning, but by importing; as often as it does."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name


def _value(node: ast.expr) -> int | None:
    """What an expression of whole numbers alone is; None: it is another."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            positive = _value(operand)
            return None if positive is None else -positive
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            first, second = _value(left), _value(right)
            if first is not None and second is not None:
                return int(_OPERATIONS[type(op)](first, second))
    return None


def _imported(
    tree: ast.Module, known: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, int]]:
    """The numbers that a module takes from others, as it calls them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            there = known.get(node.module or "", {})
            for each in node.names:
                if each.name in there:
                    yield each.asname or each.name, there[each.name]


def _edits(tree: ast.Module, known: Mapping[str, int]) -> Iterator[_Edit]:
    """What is to be changed in a module in which these names are numbers."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=names):
                kept = [each for each in names if (each.asname or each.name) not in known]
                if len(kept) < len(names):
                    node.names = kept
                    yield _edit(node, ast.unparse(node) if kept else "pass")
            case ast.Assign(targets=[ast.Name(id=name)]) if name in known:
                yield _edit(node, "pass")
            case ast.Name(id=name, ctx=ast.Load()) if name in known:
                yield _edit(node, f"({known[name]})")


def _edit(node: ast.stmt | ast.expr, text: str) -> _Edit:
    """Text in the place of a node, on as many lines."""
    assert node.end_lineno is not None and node.end_col_offset is not None, "of a parsed source"
    rest = "\n" * (node.end_lineno - node.lineno)
    return (
        *(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset),
        (text + rest).encode(),
    )


def _edited(source: bytes, edits: Iterable[_Edit]) -> bytes:
    """The source with what each of the edits puts there, from the end on."""
    starts = [0]
    for each in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(each))
    for line, column, end_line, end_column, text in sorted(edits, reverse=True):
        begin, end = starts[line - 1] + column, starts[end_line - 1] + end_column
        source = source[:begin] + text + source[end:]
    return source
