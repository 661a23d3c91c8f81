"""All tables. No behaviour. Times are whole seconds since 1970."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

metadata = MetaData()

#: INSERT … ON CONFLICT, by the name of the database.
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

journeys = Table(
    "journeys",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", String, nullable=False),
    # SHA-256 over tenant, iss and state: one journey for each arrival (T15).
    Column("arrival_key", LargeBinary, nullable=False, unique=True),
    # SHA-256 of the key in the browser's cookie.
    Column("browser", LargeBinary, nullable=False),
    # Sealed; empty once the journey has ended.
    Column("arrival", LargeBinary),
    Column("progress", LargeBinary),
    # Sealed; what is needed to repeat the answer, empty after a short while.
    Column("answer", LargeBinary),
    Column("outcome", String),
    # Step names with reason codes, as JSON: how it went, for whoever has to explain it.
    Column("trace", String),
    Column("version", Integer, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("journeys_deadline", "deadline"),
    Index(
        "journeys_answered",
        "ended_at",
        sqlite_where=text("answer IS NOT NULL"),
        postgresql_where=text("answer IS NOT NULL"),
    ),
    Index(
        "journeys_open",
        "deadline",
        sqlite_where=text("arrival IS NOT NULL"),
        postgresql_where=text("arrival IS NOT NULL"),
    ),
)

records = Table(
    "records",
    metadata,
    Column("tenant", String, primary_key=True),
    # A keyed hash of issuer and subject: a stolen database names nobody.
    Column("subject", LargeBinary, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("spent", Integer, nullable=False),
    Column("window_ends", BigInteger, nullable=False),
    Index("attempts_window_ends", "window_ends"),
)

factors = Table(
    "factors",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    # Only ever rises: a TOTP time step, a signature counter, 1 for a code that is used.
    Column("mark", BigInteger, nullable=False),
    # Nobody else's factor of this kind may have the same.
    Column("sole", String),
    # What a subject may enrol just once without having proven anything.
    Column("slot", String),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    UniqueConstraint("tenant", "kind", "sole"),
    UniqueConstraint("tenant", "subject", "slot"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    # The name of the lock; factors may share one.
    Column("lock", String, primary_key=True),
    Column("in_a_row", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("this_hour", Integer, nullable=False),
    Column("hour_ends", BigInteger, nullable=False),
    Index("guesses_hour_ends", "hour_ends"),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
