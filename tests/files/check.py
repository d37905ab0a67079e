"""Reads every file that the server offers with polars and pyarrow, and compares each cell with the JSON answer."""

import io
import json
import sys
import urllib.parse
import urllib.request
from datetime import date, datetime
from decimal import Decimal

import polars
import pyarrow
import pyarrow.parquet

API = sys.argv[1]
MEDIA = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
# The decimals of the exact numbers, by the name of their type.
DECIMALS = {"Dollars": 2, "Officers": 1, "Hours": 1, "Figure": 2, "IndexPoints": 3}
# How often a page of JSON is asked for of each table, beside the last one.
PAGES = 5


def get(path, accept="*/*"):
    request = urllib.request.Request(API + path, headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def ask(query, accept="application/json"):
    return get("/graphql?" + urllib.parse.urlencode({"query": query}), accept)


def read_json(text):
    return json.loads(text, parse_float=Decimal)


def data(query):
    answer = read_json(ask(query))
    assert "errors" not in answer, answer
    return answer["data"]


def at(row, column):
    """The value of a JSON object in a column such as `agency.name`."""
    for name in column.split("."):
        if row is None:
            return None
        row = row[name]
    return row


def same(kind, json_value, value):
    """Whether a cell of Parquet is the value of the JSON answer, in its own type."""
    if json_value is None or value is None:
        return json_value is value
    if kind in DECIMALS:
        exact = Decimal(json_value) == value
        return exact and isinstance(value, Decimal) and value.as_tuple().exponent == -DECIMALS[kind]
    if kind == "Float":
        return isinstance(value, float) and float(json_value) == value
    if kind == "Date":
        return isinstance(value, date) and date.fromisoformat(json_value) == value
    if kind == "DateTime":
        moment = datetime.fromisoformat(json_value)
        return isinstance(value, datetime) and abs((moment - value).total_seconds()) < 1e-6
    if kind == "[String!]":
        return list(value) == json_value
    return type(value) is type(json_value) and value == json_value


def arrow_type(kind):
    """The type of a column of Parquet, by its type in the schema."""
    if kind in DECIMALS:
        return pyarrow.decimal128(18, DECIMALS[kind])
    types = {
        "Int": pyarrow.int32(),
        "BigInt": pyarrow.int64(),
        "Float": pyarrow.float64(),
        "Boolean": pyarrow.bool_(),
        "Date": pyarrow.date32(),
        "DateTime": pyarrow.timestamp("us", "UTC"),
        "[String!]": pyarrow.list_(pyarrow.field("element", pyarrow.string(), False)),
    }
    return types.get(kind, pyarrow.string())


def csv_text(value):
    """The cell of CSV for a value of the JSON answer, which is read as null where it is empty."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "|".join(value) if isinstance(value, list) else str(value)
    # A number is not taken for a formula.
    return "'" + text if isinstance(value, (str, list)) and text[0] in "=+-@\t\r" else text


def compare(name, columns, rows, csv, parquet):
    """Holds the two files against the rows. A column has a name, a type, whether it may be null, and a meaning."""
    names = [column[0] for column in columns]

    texts = polars.read_csv(csv, infer_schema=False)
    assert texts.columns == names, (name, texts.columns, names)
    expected = {column: [csv_text(at(row, column)) for row in rows] for column in names}
    for column in names:
        found = texts[column].to_list()
        assert found == expected[column], (name, column, difference(found, expected[column]))
    assert polars.read_csv(csv, infer_schema_length=None).height == len(rows), name

    table = pyarrow.parquet.read_table(io.BytesIO(parquet))
    frame = polars.read_parquet(io.BytesIO(parquet))
    assert table.column_names == frame.columns == names, (name, table.column_names, names)
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    dataset = data("{ dataset { revision synthetic citation { text } } }")["dataset"]
    assert int(facts["revision"]) == dataset["revision"], facts
    assert json.loads(facts["synthetic"]) is dataset["synthetic"], facts
    assert facts["citation"] == dataset["citation"]["text"], facts
    meanings = json.loads(facts["columns"])
    for column, kind, nullable, meaning in columns:
        field = table.schema.field(column)
        assert field.type == arrow_type(kind), (name, column, field.type, kind)
        assert field.nullable is nullable, (name, column, field.nullable, nullable)
        assert meanings[column], (name, column)
        assert meaning in (None, meanings[column]), (name, column, meanings[column], meaning)
        values = [at(row, column) for row in rows]
        for reader, found in (("pyarrow", table[column].to_pylist()), ("polars", frame[column].to_list())):
            pairs = zip(values, found, strict=True)
            wrong = next((pair for pair in pairs if not same(kind, *pair)), None)
            assert wrong is None, (name, column, reader, wrong)


def difference(found, expected):
    if len(found) != len(expected):
        return len(found), len(expected)
    return next(pair for pair in zip(found, expected) if pair[0] != pair[1])


def selection(columns):
    fields = []
    for column in columns:
        *objects, field = column.split(".")
        fields.append("".join(f"{name} {{ " for name in objects) + field + " }" * len(objects))
    return " ".join(fields)


def page(table, fields, arguments):
    query = f"{{ {table}({arguments}) {{ nodes {{ {fields} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    found = data(query)[table]
    return found["nodes"], found["pageInfo"]


def whole_tables():
    dictionary = polars.read_csv(get("/dictionary.csv"), infer_schema=False)
    columns = {}
    for table, column, kind, nullable, meaning in dictionary.iter_rows():
        if column is not None and kind != "value":
            columns.setdefault(table, []).append((column, kind, nullable == "true", meaning))
    counts = data("{ dataset { counts { table rows } } }")["dataset"]["counts"]
    assert {count["table"] for count in counts} == set(columns), "the dictionary has every table"
    cells = 0
    for count in counts:
        table = count["table"]
        files = {kind: get(f"/export/{table}.{kind}") for kind in MEDIA}
        rows = [read_json(line) for line in files["ndjson"].splitlines()]
        assert len(rows) == count["rows"], table
        # The lines are what the pages of JSON are: some from the front, and those at the end.
        fields = selection(column[0] for column in columns[table])
        after, place = "", 0
        for _ in range(PAGES):
            nodes, info = page(table, fields, f"first: 100{after}")
            assert nodes == rows[place : place + 100], (table, place)
            after, place = f', after: "{info["endCursor"]}"', place + 100
            if not info["hasNextPage"]:
                break
        nodes, _ = page(table, fields, "last: 100")
        assert nodes == rows[-100:], table
        compare(table, columns[table], rows, files["csv"], files["parquet"])
        cells += len(rows) * len(columns[table])
    print(f"{len(counts)} tables, {cells} cells: CSV, NDJSON and Parquet are as JSON")


def groups():
    nodes = """key { agencyState obligatedOnMonth agencyPopulationBand program { code category } }
        level count federalShare { sum avg missing } officersFunded { sum } dollarsPerOfficer"""
    arguments = "by: [AGENCY_STATE, OBLIGATED_ON_MONTH, AGENCY_POPULATION_BAND, PROGRAM], subtotals: true"
    columns = [
        ("key.agencyState", "State", True, None),
        ("key.obligatedOnMonth", "Date", True, None),
        ("key.agencyPopulationBand", "PopulationBand", True, None),
        ("key.program.code", "String", True, None),
        ("key.program.category", "ProgramCategory", True, None),
        ("level", "Int", False, None),
        ("count", "Int", False, None),
        ("federalShare.sum", "Dollars", True, None),
        ("federalShare.avg", "Float", True, None),
        ("federalShare.missing", "Int", False, None),
        ("officersFunded.sum", "Officers", True, None),
        ("dollarsPerOfficer", "Float", True, None),
    ]
    file = f"{{ grants {{ groups({arguments}) {{ nodes {{ {nodes} }} }} }} }}"
    rows, after = [], ""
    while True:
        query = f"""{{ grants {{ groups({arguments}, first: 1000{after}) {{
            nodes {{ {nodes} }} pageInfo {{ endCursor hasNextPage }} }} }} }}"""
        found = data(query)["grants"]["groups"]
        rows += found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{found["pageInfo"]["endCursor"]}"'
    assert any(at(row, "key.agencyState") is None for row in rows), "subtotals have no key"
    lines = [read_json(line) for line in ask(file, MEDIA["ndjson"]).splitlines()]
    assert lines == rows
    compare("groups", columns, rows, ask(file, MEDIA["csv"]), ask(file, MEDIA["parquet"]))
    print(f"{len(rows)} groups: CSV, NDJSON and Parquet are as JSON")


whole_tables()
groups()
