"""The codebook's tables, made from the schema: every table and column with its form and meaning."""

from typing import Final

from forecasting.record.forms import Column, Table
from forecasting.record.schema import TABLES

FILE: Final = "CODEBOOK.md"
README: Final = "README.md"
BEGIN: Final = "<!-- made by forecasting data describe: begin -->"
END: Final = "<!-- made by forecasting data describe: end -->"
HEAD: Final = """# Every table and column

Made from the schema by `forecasting data describe`; the rules for choosing a code are in [README.md](README.md). An
empty cell means "does not apply" or "not known". **Bold**: part of the key. *May be empty* is said where it is so.
"""


def codebook() -> str:
    """Content of `CODEBOOK.md`."""
    return "\n".join([HEAD, *(_section(table) for table in TABLES.values())])


def with_list_of_tables(readme: str) -> str:
    """The page with the list of tables between its two marks made anew; unchanged if it has no marks."""
    before, mark, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        return readme
    rows = [f"| `{table.path}` | {_cell(table.about)} | {_names(table.key)} |" for table in TABLES.values()]
    listed = "\n".join(["| file | what it holds | key |", "|---|---|---|", *rows])
    return f"{before}{BEGIN}\n{listed}\n{END}{after}"


def _section(table: Table) -> str:
    rows = [
        f"| {f'**`{column.name}`**' if column.name in table.key else f'`{column.name}`'} "
        f"| {_cell(_form(column))}{'' if column.required else ', *may be empty*'} | {_cell(column.about)} |"
        for column in table.columns
    ]
    head = [f"## `{table.path}`", "", table.about, "", "| column | form | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _form(column: Column) -> str:
    form = column.expected().removeprefix(f"{column.name} as ")
    form = form if column.required else form.removesuffix(" or empty")
    return f"{form}, in {column.unit}" if column.unit else form


def _names(key: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in key)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
