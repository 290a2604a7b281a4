"""What a piece of Python does, as far as the names it uses show: data frames that are read, written or sent.

Sound, not complete: readable is only what imports nothing but listed modules, calls nothing but listed names, and hands
no other function on, by itself or by its name in a text: what is handed on may be called. Everything else, and Python
that does not parse, may do anything. What it reads by itself has to be named by a plain text; which columns it reads is
not followed.
"""

import ast
import builtins
import warnings
from collections.abc import Iterable
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
_OPERATIONS: Final = {
    **dict.fromkeys("read_csv read_parquet read_sql read_table read_json table".split(), Operation.READ),
    **dict.fromkeys("saveAsTable insertInto to_sql".split(), Operation.WRITE),
    **dict.fromkeys(
        "to_csv to_parquet to_json to_excel to_pickle to_feather to_html to_gbq write_csv write_parquet".split(),
        Operation.EXPORT,
    ),
}


_KNOWN: Final = _READING | _OPERATIONS.keys()
_PROPERTIES: Final = frozenset("T dt empty index inf nan NA NaT ndim pi values".split())
"""What may be handed on beside listed names: it is no function."""
_COLUMNS: Final = "functions"
"""The module of pyspark.sql whose functions give columns, never texts."""
_BY_NAME: Final = frozenset("agg aggregate transform pivot_table".split())
"""They call the functions whose names they are given as texts."""
_ACTING: Final = ("to_", "read_", "write", "apply", "boxplot", "eval", "hist", "info", "map", "pipe", "plot", "query")
_REFUSED: Final = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.With, ast.AsyncWith, ast.Match, ast.Global,
    ast.Nonlocal,
)  # fmt: skip
_COMPUTED: Final = (ast.Attribute, ast.BinOp, ast.Compare, ast.Expr, ast.UnaryOp)
"""Where an attribute is looked into or computed with, and so not handed on."""


class _Unreadable(Exception):
    """It may do anything."""


def facts(code: str) -> CodeFacts:
    """See the module."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
        reader = _Reader(tree)
        for node in ast.walk(tree):
            reader.look_at(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError, _Unreadable):
        return _UNREADABLE
    if not reader.calls:
        return _UNREADABLE  # a word or two parse as Python, too
    tables = frozenset(reader.tables) if reader.tables else None
    return CodeFacts("python", readable=True, operations=frozenset(reader.operations), tables=tables)


class _Reader:
    """Looks at each node of a tree by itself. Raises _Unreadable."""

    def __init__(self, tree: ast.AST) -> None:
        self.operations = {Operation.READ}
        self.tables: set[str] = set()
        self.calls = 0
        self._modules: set[str] = set()
        self._columns: set[str] = set()
        self._imported: set[str] = set()
        self._parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(tree):
            self._parents |= dict.fromkeys(ast.iter_child_nodes(node), node)
            if isinstance(node, ast.Import):
                self._import(node.names)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)

    def look_at(self, node: ast.AST) -> None:
        _require(not isinstance(node, _REFUSED))
        if isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self._name(node)
        elif isinstance(node, ast.Call):
            self._call(node)

    def _import(self, names: Iterable[ast.alias]) -> None:
        for alias in names:
            _require(alias.name in _MODULES)
            self._modules.add(alias.asname or alias.name)

    def _import_from(self, node: ast.ImportFrom) -> None:
        _require(node.level == 0 and (node.module or "").split(".")[0] in _MODULES)
        for alias in node.names:
            if node.module == "pyspark.sql" and alias.name == _COLUMNS:
                self._modules.add(alias.asname or alias.name)
                self._columns.add(alias.asname or alias.name)
            else:
                _require(alias.name in _KNOWN and alias.asname in (None, alias.name))
                self._imported.add(alias.name)

    def _attribute(self, node: ast.Attribute) -> None:
        parent, known = self._parents[node], self._known(node.attr)
        _require(not node.attr.startswith("_"))
        self._reads(node, node.attr)
        if self._is_module(node.value):
            _require(known or node.attr in _PROPERTIES)
        elif isinstance(parent, ast.Call) and parent.func is node:
            _require(known)
        elif not (isinstance(parent, _COMPUTED) or isinstance(node.ctx, ast.Store) or _looked_into(parent, node)):
            _require(known or node.attr in _PROPERTIES)

    def _name(self, node: ast.Name) -> None:
        parent = self._parents[node]
        if self._is_module(node):
            _require(isinstance(parent, ast.Attribute))
            return
        known, called = self._known(node.id), isinstance(parent, ast.Call) and parent.func is node
        if called or node.id in self._imported:
            self._reads(node, node.id)
        _require(not node.id.startswith("_") and (known or not hasattr(builtins, node.id)))
        _require(known or not called)

    def _call(self, node: ast.Call) -> None:
        self.calls += 1
        _require(isinstance(node.func, (ast.Attribute, ast.Name)))
        if isinstance(node.func, ast.Attribute) and node.func.attr in _BY_NAME:
            for given in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg is not None)):
                self._given_by_name(given)
            _require(all(keyword.arg is not None for keyword in node.keywords))

    def _given_by_name(self, node: ast.AST | None) -> None:
        """Refuses what could be the name of a function that does more than reading."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and not self._known(node.value):
                _require(not node.value.startswith(_ACTING))
        elif isinstance(node, (ast.List, ast.Tuple)):
            for each in node.elts:
                self._given_by_name(each)
        elif isinstance(node, ast.Dict):
            for each in node.values:
                self._given_by_name(each)
        elif isinstance(node, ast.Call):
            made = node.func
            _require(isinstance(made, ast.Attribute) and self._of_columns(made.value))
        else:
            _require(isinstance(node, ast.Attribute) and self._known(node.attr))

    def _known(self, name: str) -> bool:
        """Whether a name is listed; what it does counts."""
        if name in _OPERATIONS:
            self.operations.add(_OPERATIONS[name])
        return name in _KNOWN

    def _reads(self, node: ast.Attribute | ast.Name, name: str) -> None:
        """Notes what a reading function reads; handed on, it could read anything."""
        if _OPERATIONS.get(name) is not Operation.READ:
            return
        call = self._parents[node]
        _require(isinstance(call, ast.Call) and call.func is node)
        what = call.args[0] if isinstance(call, ast.Call) and call.args else None
        _require(isinstance(what, ast.Constant) and isinstance(what.value, str))
        if isinstance(what, ast.Constant):
            self.tables.add(str(what.value).casefold())

    def _is_module(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self._modules

    def _of_columns(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self._columns


def _require(holds: bool) -> None:
    if not holds:
        raise _Unreadable


def _looked_into(parent: ast.AST, node: ast.AST) -> bool:
    """Whether a part of `node` is taken."""
    return isinstance(parent, ast.Subscript) and parent.value is node
