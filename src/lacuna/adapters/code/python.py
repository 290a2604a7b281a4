"""What a piece of Python does, as far as the names it uses show: data frames that are read, written or sent.

Sound, not complete: readable is only what imports nothing but listed modules and calls nothing but listed names.
Everything else, and Python that does not parse, may do anything. Which columns it reads is not followed.
"""

import ast
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
    operations = {Operation.READ}
    calls = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and not all(alias.name.split(".")[0] in _MODULES for alias in node.names):
            return _UNREADABLE
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] not in _MODULES:
            return _UNREADABLE
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.With, ast.AsyncWith)):
            return _UNREADABLE
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            return _UNREADABLE
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


def _called(node: ast.Call) -> str:
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
