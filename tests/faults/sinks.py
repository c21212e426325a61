"""Reading the code for places where text reaches a widget as a plain string.

Widgets read plain strings as markup, so text of models, servers and files must come as `Content` or
`Text`, made of cleaned text. This is a reading of one function at a time and knows no types; what
it cannot see to be safe is reported, and `test_sinks.py` has the list of what is all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WIDGETS = {
    "Button", "Checkbox", "Collapsible", "Digits", "DiscoveryHit", "Hit", "Label", "Link",
    "Option", "Placeholder", "RadioButton", "Select", "Selection", "SelectionList", "Static",
    "SystemCommand", "Tab", "TabPane",
}  # fmt: skip
"""Widgets and entries whose first arguments are shown."""
SHOWN_KEYWORDS = {
    "label",
    "placeholder",
    "prompt",
    "text",
    "title",
    "tooltip",
    "help",
    "renderable",
}
METHODS = {
    "add_column", "add_columns", "add_option", "add_options", "add_row", "add_rows", "append_text",
    "notify", "set_options", "update", "update_cell", "write_line",
}  # fmt: skip
"""Methods of widgets that show what they are given."""
ATTRIBUTES = {
    "border_title", "border_subtitle", "label", "placeholder", "prompt", "sub_title", "title",
    "tooltip",
}  # fmt: skip
_MAKERS = {"Content", "Text"}
_CLEANERS = {"clean", "clean_line"}
_FORBIDDEN = {"from_markup", "from_ansi", "render_markup"}


@dataclass(frozen=True, slots=True)
class Sink:
    """A place where something is shown that was not seen to be safe."""

    function: str
    """`Class.method` or the function's name."""
    code: str
    line: int


def makers_of_content(sources: list[str]) -> set[str]:
    """Names of all functions and properties that say they return `Content` (or text in it)."""
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
                said = ast.unparse(node.returns)
                if said.strip("'\"") in ("Content", "Content | None", "Option", "list[Content]"):
                    found.add(node.name)
    return found


def unsafe_sinks(source: str, makers: Iterable[str] = ()) -> list[Sink]:
    """Every place in a module where something not seen to be safe is shown."""
    return list(_Reader({*makers}).read(ast.parse(source)))


class _Reader:
    def __init__(self, makers: set[str]) -> None:
        self._makers = makers

    def read(self, module: ast.Module) -> Iterator[Sink]:
        yield from self._scope(module, "", {})

    def _scope(self, scope: ast.AST, name: str, outer: dict[str, bool]) -> Iterator[Sink]:
        known = {**outer, **self._bindings(scope, outer)}
        for node in _own_nodes(scope):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from self._scope(node, f"{name}.{node.name}".lstrip("."), known)
            else:
                for shown in self._shown(node):
                    if not self._safe(shown, known):
                        yield Sink(name, ast.unparse(node), node.lineno)  # type: ignore[attr-defined]

    def _bindings(self, scope: ast.AST, outer: dict[str, bool]) -> dict[str, bool]:
        """Names of a function, and whether everything ever put into them is safe."""
        known: dict[str, bool] = {}
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs):
                said = ast.unparse(argument.annotation) if argument.annotation else ""
                known[argument.arg] = said in ("Content", "Content | None", "Option")
        found = [pair for node in _own_nodes(scope) for pair in _assignments(node)]
        for _ in range(3):  # names that are made of names
            safe: dict[str, bool] = {}
            for name, value in found:
                safe[name] = safe.get(name, True) and self._safe(value, {**outer, **known})
            known |= safe
        return known

    def _shown(self, node: ast.AST) -> Iterator[ast.expr]:
        if isinstance(node, ast.Call):
            name = _name(node.func)
            is_method = isinstance(node.func, ast.Attribute)
            if is_method and name in _FORBIDDEN:
                yield node
            elif (is_method and name in METHODS) or (not is_method and name in WIDGETS):
                plain = any(
                    k.arg == "markup" and getattr(k.value, "value", 1) is False
                    for k in node.keywords
                )
                shown = [*node.args[:1]]
                if name in ("Hit", "DiscoveryHit", "SystemCommand", "add_row", "Selection"):
                    shown = [a for a in node.args if not _is_callback(a)]
                shown += [k.value for k in node.keywords if k.arg in SHOWN_KEYWORDS]
                yield from (s for s in shown if not (plain and self._cleaned(s)))
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Attribute) and t.attr in ATTRIBUTES for t in targets):
                yield node.value

    def _cleaned(self, value: ast.expr) -> bool:
        """Whether a string is literal or cleaned: enough where no markup is read."""
        if isinstance(value, ast.JoinedStr):
            parts = [v.value for v in value.values if isinstance(v, ast.FormattedValue)]
            return all(self._cleaned(part) for part in parts)
        is_clean = isinstance(value, ast.Call) and _name(value.func) in _CLEANERS
        return isinstance(value, ast.Constant) or is_clean

    def _safe(self, value: ast.expr, known: dict[str, bool]) -> bool:
        match value:
            case ast.Constant() | ast.Lambda():
                return True
            case ast.Name(id=name):
                return known.get(name, False)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="Content" | "Text"), attr=attr)):
                return attr not in _FORBIDDEN
            case ast.Call(func=ast.Attribute(value=inner, attr="join" | "highlight")):
                return self._safe(inner, known) and not isinstance(inner, ast.Constant)
            case ast.Call(func=function):
                return _name(function) in _MAKERS | self._makers | {"Option"}
            case ast.Attribute(attr=name):
                return name in self._makers
            case ast.IfExp(body=body, orelse=orelse):
                return self._safe(body, known) and self._safe(orelse, known)
            case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
                return all(self._safe(each, known) for each in values)
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                return self._safe(element, known)
            case ast.BinOp(left=left, right=right):
                return self._safe(left, known) and self._safe(right, known)
        return False


BOXES = {"Input", "TextArea", "CleanInput"}
"""Widgets in which text is typed: they read no markup, but show what stands in them as it is."""


def unclean_boxes(source: str) -> list[Sink]:
    """Every place where text that was not seen to be cleaned is put into a box for typing."""
    return [
        Sink(function.name, ast.unparse(node), node.lineno)  # type: ignore[attr-defined]
        for function, in_box in _functions(ast.parse(source))
        for node in _own_nodes(function)
        if not all(map(_is_cleaned, _put(node, in_box)))
    ]


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(scope: ast.AST, in_box: bool = False) -> Iterator[tuple[_Function, bool]]:
    """Every function, and whether it is a method of a box."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, _Function):
            yield node, in_box
        is_class = isinstance(node, ast.ClassDef)
        is_box = any(_name(base) in BOXES for base in node.bases) if is_class else in_box
        yield from _functions(node, is_box)


def _put(node: ast.AST, in_box: bool) -> Iterator[ast.expr]:
    """What is put into a box by a statement; in a box, `self` and `super()` are boxes."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="text" | "value")]):
            if name != "self" or in_box:
                yield node.value
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id=name)), attr="__init__")):
            yield from node.args[:1] if name == "super" and in_box else ()
        case ast.Call(func=ast.Attribute(attr="load_text" | "insert_text_at_cursor")):
            yield from node.args[:1]
        case ast.Call(func=function) if _name(function) in BOXES:
            yield from node.args[:1]


def _is_cleaned(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _is_cleaned(value.body) and _is_cleaned(value.orelse)
    is_clean = isinstance(value, ast.Call) and _name(value.func) in _CLEANERS
    return isinstance(value, ast.Constant) or is_clean


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything in a scope but what is in a function or class within it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting = [*ast.iter_child_nodes(node), *waiting]


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            yield from (
                (n.id, v) for n, v in zip(names, values, strict=False) if isinstance(n, ast.Name)
            )
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_callback(value: ast.expr) -> bool:
    """`partial(...)`, a method or a number: not what is shown."""
    called = isinstance(value, ast.Call) and _name(value.func) == "partial"
    named = isinstance(value, ast.Attribute) and value.attr.startswith(("search_", "action_"))
    return called or named or (isinstance(value, ast.Name) and value.id == "score")
