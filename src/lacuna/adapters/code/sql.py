"""What one SQL statement does, read from its syntax tree (sqlglot).

Sound, not complete: a statement of a kind that is not listed here, a function that is no standard one, or anything that
does not parse is not readable. Dialects differ, so a statement counts as readable only if the first dialect that parses
it shows nothing unknown.
"""

import logging
import re
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from lacuna.domain.operations import Aggregation, CodeFacts, ColumnName, Operation

logging.getLogger("sqlglot").disabled = True  # it quotes statements in its warnings

_DIALECTS: Final = ("", "postgres", "mysql", "snowflake", "bigquery", "tsql")
_UNREADABLE: Final = CodeFacts("sql", readable=False)

_STATEMENTS: Final[tuple[tuple[type[exp.Expression], frozenset[Operation]], ...]] = (
    (exp.Insert, frozenset({Operation.WRITE})),
    (exp.Update, frozenset({Operation.WRITE})),
    (exp.Merge, frozenset({Operation.WRITE})),
    (exp.Create, frozenset({Operation.WRITE})),
    (exp.Into, frozenset({Operation.WRITE})),
    (exp.Delete, frozenset({Operation.DELETE})),
    (exp.Drop, frozenset({Operation.DELETE})),
    (exp.TruncateTable, frozenset({Operation.DELETE})),
    (exp.Copy, frozenset({Operation.EXPORT, Operation.WRITE})),
    (exp.Directory, frozenset({Operation.EXPORT})),
    (exp.LocationProperty, frozenset({Operation.EXPORT})),
    (exp.ExternalProperty, frozenset({Operation.EXPORT})),
)
_ROOTS: Final = (
    exp.Select, exp.SetOperation, exp.Subquery, exp.Insert, exp.Update, exp.Merge, exp.Create, exp.Delete, exp.Drop,
    exp.TruncateTable, exp.Copy,
)  # fmt: skip
_UNKNOWN: Final = (
    exp.Command,
    exp.Anonymous,
    exp.AnonymousAggFunc,
    exp.Pragma,
    exp.Set,
    exp.Use,
    exp.UserDefinedFunction,
)
_AGGREGATES: Final = (exp.Count, exp.Sum, exp.Avg)
"""Not the least or greatest value, nor lists: they give away single rows."""


_AMBIGUOUS: Final = ("outfile", "dumpfile", "/*", "\\", "#", "$")
"""Comments that nest, run or begin in some dialects only, quotes that a backslash does or does not escape, dollars that
quote in some."""
_DASHES: Final = re.compile(r"--(?!\s|$)")
"""A comment, or for MySQL minus a negative number."""


def facts(code: str) -> CodeFacts:
    """See the module."""
    statement = _parsed(code)
    if statement is None or not isinstance(statement, _ROOTS):
        return _UNREADABLE
    if any(True for _ in statement.find_all(*_UNKNOWN)) or _hidden(code):
        return _UNREADABLE
    if not all(isinstance(table.this, exp.Identifier) for table in statement.find_all(exp.Table)):
        return _UNREADABLE  # a function that reads files, a stage, a parameter
    aggregation = _aggregation(statement)
    return CodeFacts(
        language="sql",
        readable=True,
        operations=_operations(statement),
        columns=_columns(statement),
        tables=_tables(statement),
        aggregation=aggregation,
    )


def _parsed(code: str) -> exp.Expression | None:
    """The one statement in the code."""
    for dialect in _DIALECTS:
        try:
            statements = [each for each in sqlglot.parse(code, read=dialect or None) if each is not None]
        except (SqlglotError, RecursionError, ValueError, AttributeError, IndexError, TypeError):
            continue
        only = statements[0] if len(statements) == 1 else None
        return only if isinstance(only, exp.Expression) else None
    return None


def _hidden(code: str) -> bool:
    """Whether it holds what some dialect does although another's grammar passes over it: a file written on the server,
    a comment that MySQL runs, or text that is a string or a comment in one dialect and code in another."""
    plain = code.casefold()
    return any(mark in plain for mark in _AMBIGUOUS) or _DASHES.search(code) is not None


def _operations(statement: exp.Expression) -> frozenset[Operation]:
    found = {Operation.READ}
    for kind, operations in _STATEMENTS:
        if statement.find(kind) is not None:
            found |= operations
    if any(isinstance(then := when.args.get("then"), exp.Var) and then.name for when in statement.find_all(exp.When)):
        found |= {Operation.DELETE}  # WHEN MATCHED THEN DELETE
    return frozenset(found)


def _columns(statement: exp.Expression) -> frozenset[ColumnName] | None:
    """Every column that is named anywhere; None where a star, or a join that names no column, takes all."""
    for star in statement.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            return None
    if any(join.args.get("using") or join.method.upper() == "NATURAL" for join in statement.find_all(exp.Join)):
        return None
    if not isinstance(statement, (exp.Select, exp.SetOperation, exp.Subquery)):
        return None
    named = {table.alias.casefold(): table.name.casefold() for table in statement.find_all(exp.Table) if table.alias}
    found = set()
    for column in statement.find_all(exp.Column):
        table = column.table.casefold()
        found.add(ColumnName(named.get(table, table), column.name.casefold()))
    if len(list(statement.find_all(exp.Select))) > 1:
        # Which table a name belongs to is not followed where queries have names of their own.
        return frozenset(ColumnName("", column.name) for column in found)
    return frozenset(found)


def _tables(statement: exp.Expression) -> frozenset[str]:
    """Every table that is named, but the one that a statement makes or fills."""
    targets = {id(each) for each in _filled(statement)}
    own = {cte.alias.casefold() for cte in statement.find_all(exp.CTE)}
    names = (_table_name(table) for table in statement.find_all(exp.Table) if id(table) not in targets)
    return frozenset(name for name in names if name not in own)


def _filled(statement: exp.Expression) -> list[exp.Expression]:
    places = [into.this for into in statement.find_all(exp.Into)]
    if isinstance(statement, (exp.Insert, exp.Create)):
        places.append(statement.this)
    return [each.this if isinstance(each, exp.Schema) else each for each in places if each is not None]


def _table_name(table: exp.Table) -> str:
    return ".".join(part for part in (table.db, table.name) if part).casefold()


def _aggregation(statement: exp.Expression) -> Aggregation | None:
    """The shape of a SELECT from one table that does nothing but aggregate; None for everything else."""
    if not isinstance(statement, exp.Select) or len(list(statement.find_all(exp.Select))) != 1:
        return None
    allowed = {"expressions", "from", "from_", "where", "group", "having", "kind"}
    if any(value for key, value in statement.args.items() if key not in allowed):
        return None
    if len(list(statement.find_all(exp.Table))) != 1 or statement.find(exp.Window, exp.Filter) is not None:
        return None
    group = statement.args.get("group")
    if group is not None and any(value for key, value in group.args.items() if key != "expressions"):
        return None
    groups = [] if group is None else group.expressions
    if not all(isinstance(each, exp.Column) for each in groups):
        return None
    names = {each.name.casefold() for each in groups}
    outputs = [each.unalias() for each in statement.expressions]
    aggregates = [each for each in outputs if not isinstance(each, exp.Column)]
    if not aggregates or not all(_plain_aggregate(each) for each in aggregates):
        return None
    if not all(each.name.casefold() in names for each in outputs if isinstance(each, exp.Column)):
        return None
    where = statement.args.get("where")
    filters = [] if where is None else [column.name.casefold() for column in where.find_all(exp.Column)]
    return Aggregation(
        counts_only=all(isinstance(each, exp.Count) for each in aggregates) and where is None,
        groups=tuple(sorted(names)),
        filters=tuple(sorted(set(filters))),
        least_group=_least_group(statement.args.get("having")),
    )


def _plain_aggregate(each: exp.Expression) -> bool:
    """An aggregate of a column itself: an expression inside could pick out one row."""
    if not isinstance(each, _AGGREGATES):
        return False
    inner = each.this
    if isinstance(inner, exp.Distinct):
        return isinstance(each, exp.Count) and all(isinstance(column, exp.Column) for column in inner.expressions)
    return isinstance(inner, exp.Column) or (isinstance(inner, exp.Star) and isinstance(each, exp.Count))


def _least_group(having: exp.Expression | None) -> int | None:
    """k where the condition is COUNT(*) >= k, or one of several that all must hold."""
    if having is None:
        return None
    found = []
    for term in having.this.flatten() if isinstance(having.this, exp.And) else [having.this]:
        if not isinstance(term, (exp.GTE, exp.GT)) or not isinstance(term.this, exp.Count):
            return None
        if not isinstance(term.this.this, exp.Star) or not isinstance(term.expression, exp.Literal):
            return None
        if not term.expression.is_int:
            return None
        found.append(int(term.expression.name) + isinstance(term, exp.GT))
    return max(found, default=None)
