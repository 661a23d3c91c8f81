"""Fill a store with subjects who have been here before."""

import sqlite3
import time
from pathlib import Path

# Each row is a copy of one that the hook wrote, but for whose it is: same size, same shape. In
# order, as rows of a database that grew in any order are found by its index just the same.
_COPY = """
INSERT INTO records (tenant, subject, kind, step, sealed, updated_at)
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :subjects)
SELECT one.tenant, other.subject, one.kind, one.step, one.sealed, one.updated_at
FROM (SELECT * FROM records LIMIT 1) AS one,
     (SELECT randomblob(32) AS subject FROM number ORDER BY 1) AS other
"""


def fill(database: Path, subjects: int) -> float:
    """Give this many more subjects a record of terms, in one transaction; give the seconds taken.

    Somebody must have accepted the terms before, through the hook: theirs is the row to copy.
    """
    begin = time.perf_counter()
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        made = connection.execute(_COPY, {"subjects": subjects}).rowcount
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    if made != subjects:
        raise ValueError("there is no record to copy")
    return time.perf_counter() - begin
