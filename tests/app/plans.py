"""Query plans of the databases."""

from sqlalchemy import Select, text
from sqlalchemy.orm import Session


def plan_of(session: Session, statement: Select[*tuple[object, ...]], given: dict[str, object]) -> str:
    """Return the query plan of a statement as text; on PostgreSQL, the plan for tables with many rows."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    compiled = statement.params(given).compile(
        session.get_bind(), compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    if not is_sqlite:
        # The database always scans an empty table completely.
        session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    rows = session.connection().exec_driver_sql(explain + str(compiled).replace("%", "%%")).all()
    return "\n".join(str(row[-1]) for row in rows)
