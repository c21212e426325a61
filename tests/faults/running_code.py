"""Reading the code for places that could run code which came from outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_BUILTINS = {"eval", "exec", "compile", "__import__"}
_MODULES = {
    "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "runpy", "code",
    "codeop", "imp", "pty", "pexpect",
}  # fmt: skip
"""Their reading runs code, or their whole purpose is to run it."""
_OF_OS = {"system", "popen", "startfile"}
_RUNNING = {"Popen", "run", "call", "check_call", "check_output", "create_subprocess_exec"}


def forbidden(source: str) -> list[str]:
    """Every place that could run outside code, as `line: code`."""
    return [f"{node.lineno}: {ast.unparse(node)}" for node in _found(ast.parse(source))]


def programs_started(source: str) -> list[str]:
    """Names of the functions that start another program."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            if any(_is_start(call) for call in calls):
                found.append(function.name)
    return found


def _is_start(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _RUNNING
        and getattr(function.value, "id", "") in ("subprocess", "asyncio")
        and not (function.attr == "run" and getattr(function.value, "id", "") == "asyncio")
    )


def _found(module: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            if any(alias.name.split(".")[0] in _MODULES for alias in node.names):
                yield node
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and (node.module or "").split(".")[0] in _MODULES:
                yield node
        elif isinstance(node, ast.Call) and _is_forbidden(node):
            yield node


def _is_forbidden(call: ast.Call) -> bool:
    if any(k.arg == "shell" and getattr(k.value, "value", True) for k in call.keywords):
        return True
    match call.func:
        case ast.Name(id=name):
            return name in _BUILTINS or (name == "import_module" and not _is_literal(call))
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in _OF_OS or name.startswith(("exec", "spawn"))
        case ast.Attribute(value=ast.Name(id="asyncio"), attr="create_subprocess_shell"):
            return True
        case ast.Attribute(attr="import_module" | "spec_from_file_location"):
            return not _is_literal(call)
        case ast.Attribute(value=ast.Name(id="builtins"), attr=name):
            return name in _BUILTINS
    return False


def _is_literal(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant)
