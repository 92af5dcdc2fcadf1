"""Our statements on PostgreSQL: its driver marks a value with `%s` where they have `?`."""

from functools import lru_cache


@lru_cache(maxsize=1024)
def marked(statement: str) -> str:
    """Return a statement as PostgreSQL's driver reads it; each is translated once.

    >>> marked("SELECT 1 FROM t WHERE a = ? AND b LIKE '?%'")
    "SELECT 1 FROM t WHERE a = %s AND b LIKE '?%%'"
    """
    parts = statement.replace("%", "%%").split("'")
    return "'".join(
        part if place % 2 else part.replace("?", "%s") for place, part in enumerate(parts)
    )
