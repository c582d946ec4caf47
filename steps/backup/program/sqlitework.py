"""What is done with an app's SQLite files, as the app's own user: SQLite writes beside what it opens.

It reads a task as JSON and prints the result as JSON. A file that is no database is told as one.
"""

import json
import os
import sqlite3
import sys
from urllib.parse import quote

SECONDS = 60  # to wait for the app's own writes
# Errors that are not the file's fault. All others tell of one that is no database of the app's: a visitor may have
# sent it, and it must not be in the way of a backup.
PASSES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
          sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL)


def main() -> None:
    """Does the task: {"root": folder, "files": [path], "into": folder or ""}."""
    task = json.load(sys.stdin)
    os.umask(0o077)
    print(json.dumps([work(task["root"], path, task["into"] and os.path.join(task["into"], str(number)))
                      for number, path in enumerate(task["files"])]))


def work(root: str, path: str, into: str) -> dict:
    """Counts a file's rows; with into, those of a copy that it makes there first."""
    source = None
    try:
        source = opened(os.path.join(root, path))
        if not into:
            return {"counts": counts(source)}
        with opened_new(into) as copy:
            source.backup(copy)
            whole(copy)
            return {"counts": counts(copy)}
    except (sqlite3.Error, OSError, ValueError) as error:  # ValueError: names that are no text
        return {"error": str(error), "why": why(os.path.join(root, path), error)}
    finally:
        if source is not None:
            source.close()


def why(path: str, error: Exception) -> str:
    """Why a file could not be read: "gone", "strange" if it is no database of the app's, or "failed"."""
    if not os.path.exists(path):
        return "gone"
    passes = isinstance(error, OSError) or (getattr(error, "sqlite_errorcode", 0) & 0xFF) in PASSES
    return "failed" if passes and os.access(path, os.R_OK) else "strange"


def whole(copy: sqlite3.Connection) -> None:
    """Fails if a copy is damaged. One whose schema needs what only the app has can't be looked at."""
    try:
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def opened(path: str) -> sqlite3.Connection:
    """Opens a file that is there, without what its schema could run."""
    connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=rw", uri=True, timeout=SECONDS)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def opened_new(path: str):
    """Makes a file for a copy."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    return closing(sqlite3.connect(path))


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows there are, by table. Those of modules that this Python has not are left out."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name").fetchall()
    return {name: connection.execute('SELECT count(*) FROM "' + name.replace('"', '""') + '"').fetchone()[0] for (name,) in tables}


class closing:
    """Closes a connection at the end of a block: SQLite's own does not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()


if __name__ == "__main__":
    main()
