"""The one hash of code: the syntax trees of the modules that a module reaches by its imports."""

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")
_ERRORS = ("Error", "Exception", "Warning", "Fault")


def library_versions(names: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Installed version of each library, by default of those that the numbers come from."""
    return {name: version(name) for name in names}


def modules_sha256(roots: Iterable[str], package: Path = PACKAGE, *, words: bool = False) -> str:
    """Hash of the modules of the package that the named ones reach by their imports, themselves included.

    Comments, layout and line ends never count, so that the hash is the same on every platform and Python. Docstrings
    and the text of error messages count only with `words`: what is printed hangs on them, numbers do not.

    Parameters
    ----------
    roots : iterable of str
        Full names of modules.
    package : Path
        Folder of the package; its name is the name that its modules import it by.
    words : bool
        Whether docstrings and the text of error messages count.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, text in sorted(reachable(roots, package, words=words).items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def reachable(roots: Iterable[str], package: Path = PACKAGE, *, words: bool = False) -> dict[str, str]:
    """What counts of each module that the named ones reach, by name.

    A module reaches what it imports, wherever in it the import stands, and the rooms in which that stands, since their
    `__init__` is run too. The package's own `__init__` is left out unless a module imports from it: it holds the
    version and the public names, which are loaded only when asked for.
    """
    paths, found = modules(package), {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            names, found[name] = _read(paths[name].read_bytes(), words)
            rooms = name.split(".")[:-1]
            waiting += [".".join(rooms[:depth]) for depth in range(2, len(rooms) + 1)]
            waiting += _modules_among(names, paths)
    return found


@lru_cache(maxsize=1024)  # by content: the hashes that a process asks for are of nearly the same modules
def _read(source: bytes, words: bool) -> tuple[tuple[str, ...], str]:
    """What a module imports, and its syntax tree as text."""
    tree = ast.parse(source)
    return tuple(imported(tree)), written(tree, words)


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """File of each module of the package, by its full name."""
    files = {path: path.relative_to(package.parent).with_suffix("").parts for path in sorted(package.rglob("*.py"))}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in files.items()}


def imported(tree: ast.Module) -> Iterator[str]:
    """Full names of what a module imports, wherever in it the import stands; `ValueError` for a relative import."""
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(
                    f"expected imports by full name, got a relative one on line {node.lineno}; write the full name"
                )
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement below a node; expressions, in which no import can stand, are most of a tree and passed over."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def imported_modules(tree: ast.Module, paths: Iterable[str]) -> Iterator[str]:
    """Those of the modules `paths` that a module imports: the longest part of each imported name that is a module."""
    return _modules_among(imported(tree), paths)


def _modules_among(names: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    known = frozenset(paths)
    for name in names:
        parts = name.split(".")
        longest_first = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
        yield from [module for module in longest_first if module in known][:1]


def written(node: Any, words: bool = True) -> str:
    """A syntax tree as text, without places in the file and empty fields, which differ between Pythons.

    Without `words`, docstrings are left out, and texts in what raises or makes an error are empty.
    """
    parts: list[str] = []
    _write(node, parts.append, not words, False)
    return "".join(parts)


def _write(node: Any, put: Callable[[str], object], wordless: bool, textless: bool) -> None:
    if isinstance(node, ast.AST):
        if textless and _is_text(node):
            node = _NO_TEXT
        elif wordless:
            textless = textless or _is_error(node)
        put(f"{type(node).__name__}(")
        comma = ""
        for name in node._fields:
            value: Any = getattr(node, name, None)
            if wordless and name == "body" and _has_docstring(node):
                value = value[1:]
            if value is not None and value != []:
                put(f"{comma}{name}=")
                comma = ","
                _write(value, put, wordless, textless)
        put(")")
    elif isinstance(node, list):
        put("[")
        for number, item in enumerate(node):
            if number:
                put(",")
            _write(item, put, wordless, textless)
        put("]")
    else:
        put(repr(node))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_error(node: ast.AST) -> bool:
    """An error is raised, or made before it is: which one and where counts, what it says does not."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return bool(name.endswith(_ERRORS))
    return isinstance(node, ast.Raise)


def _has_docstring(node: ast.AST) -> bool:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return False
    first = node.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


_NO_TEXT = ast.Constant("")
