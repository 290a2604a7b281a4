"""What a piece of Python does, as far as the names it uses show: data frames that are read, written or sent.

Sound, not complete: readable is only what imports nothing but listed modules and calls nothing but listed names.
Everything else, and Python that does not parse, may do anything. Which columns it reads is not followed.
"""

import ast
import builtins
import warnings
from typing import Final

from lacuna.domain.operations import CodeFacts, Operation

_UNREADABLE: Final = CodeFacts("python", readable=False)
_MODULES: Final = frozenset(
    "pandas numpy polars pyspark math statistics datetime decimal collections itertools re".split()
)
_READING: Final = frozenset(
    "abs agg aggregate all any apply_schema assign astype avg between bool clip col columns concat copy corr count cov "
    "cumsum describe desc diff distinct drop drop_duplicates dropna dtypes explode fillna filter float floor groupby "
    "groupBy head iloc info int isin isna isnull join len limit list lit loc lower mask max mean median melt merge min "
    "mode nlargest notna nsmallest nunique orderBy pivot pivot_table print quantile rank rename replace reset_index "
    "rolling round sample select set shape size sort_index sort_values sorted std str sum tail title to_datetime "
    "to_dict to_list to_numpy tolist transform tuple unique upper value_counts values var where withColumn "
    "with_columns DataFrame Series dict range zip enumerate date datetime timedelta Decimal Counter".split()
)
_OPAQUE: Final = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.With, ast.AsyncWith, ast.Global, ast.Nonlocal,
)  # fmt: skip
_RUNNING: Final = frozenset("eval exec query pipe apply applymap map foreach foreachPartition rdd style plot".split())
"""Attributes that run what they are given."""
_OPERATIONS: Final = {
    **dict.fromkeys("read_csv read_parquet read_sql read_table read_json table".split(), Operation.READ),
    **dict.fromkeys("saveAsTable insertInto to_sql".split(), Operation.WRITE),
    **dict.fromkeys(
        "to_csv to_parquet to_json to_excel to_pickle to_feather to_html to_gbq write_csv write_parquet".split(),
        Operation.EXPORT,
    ),
}


def facts(code: str) -> CodeFacts:
    """See the module."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _UNREADABLE
    modules = _modules(tree)
    if modules is None:
        return _UNREADABLE
    operations = {Operation.READ}
    calls = 0
    bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, _OPAQUE):
            return _UNREADABLE
        if isinstance(node, ast.Name) and not _plain(node, modules, bases):
            return _UNREADABLE
        if isinstance(node, ast.Attribute):
            # Also where it is not called: a method may be handed on.
            if node.attr.startswith("_") or node.attr in _RUNNING or not _known_of_module(node, modules):
                return _UNREADABLE
            if node.attr in _OPERATIONS:
                operations.add(_OPERATIONS[node.attr])
        if isinstance(node, ast.Call):
            calls += 1
            name = _called(node)
            if name in _OPERATIONS:
                operations.add(_OPERATIONS[name])
            elif name not in _READING:
                return _UNREADABLE
    if not calls:
        return _UNREADABLE  # a word or two parse as Python, too
    return CodeFacts("python", readable=True, operations=frozenset(operations))


def _modules(tree: ast.AST) -> frozenset[str] | None:
    """The names that stand for modules; None where something else is imported, or under another name."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            if not all(alias.name in _MODULES for alias in node.names):
                return None
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            plain = all(alias.name in _READING and alias.asname is None for alias in node.names)
            if node.module not in _MODULES or node.level or not plain:
                return None
    return frozenset(found)


def _plain(node: ast.Name, modules: frozenset[str], bases: set[int]) -> bool:
    """Whether a name is one of the code's own, or a harmless one: no other built-in, and no module but to take
    something out of it."""
    if node.id in modules:
        return isinstance(node.ctx, ast.Load) and id(node) in bases
    return node.id in _READING or not hasattr(builtins, node.id)


def _known_of_module(node: ast.Attribute, modules: frozenset[str]) -> bool:
    of_module = isinstance(node.value, ast.Name) and node.value.id in modules
    return not of_module or node.attr in _READING or node.attr in _OPERATIONS


def _called(node: ast.Call) -> str:
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
