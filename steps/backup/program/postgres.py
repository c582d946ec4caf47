"""The app's database in PostgreSQL.

root administers it as the cluster's own user, by peer authentication over the socket. A dump is restored as the
app's own role: nothing in a dump can do more than the app may.
"""

import re
import subprocess
import threading
from pathlib import Path

import run
from say import Failure
from settings import Instance, Settings
from source import LIVE, Part, Source, Written, check_files, not_live

FILE = "postgres.dump"
BUILDER = "slipway-build"  # the role of what builds and tests the app
HINT = "slipway logs shows what PostgreSQL said; slipway doctor looks at the server"
NAMED = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS named FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
# In hexadecimal digits: a name may have a newline.
TABLES = f"SELECT encode(convert_to(named, 'UTF8'), 'hex') FROM ({NAMED}) AS t ORDER BY named"
COUNTS = f"SELECT 'SELECT count(*) FROM ONLY ' || named FROM ({NAMED}) AS t ORDER BY named"
# The app may put a view in the place of a table while its rows are counted: root must not run what is in it.
NO_VIEWS = ("SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'")
DUMP = ("--format=custom", "--compress=0")
MAGIC = b"PGDMP"  # the beginning of such a dump
LARGE = "SELECT count(*) FROM pg_largeobject_metadata"


PLAIN = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--file=-")
# What the app set for all who connect to its database does not hold for root: it could put functions of its own
# in the way of the system's.
OPTIONS = {"PGOPTIONS": "-c search_path=pg_catalog -c client_encoding=UTF8 -c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off"}
ANALYZE = "SELECT format('ANALYZE %I.%I', schemaname, tablename) FROM pg_tables WHERE tableowner = current_user \\gexec\n"
ENTRY = re.compile(r"\d+; \d+ \d+ (?P<kind>[A-Z]+(?: [A-Z]+)*) \S+ (?P<rest>.*)")
EXTENSION = re.compile(r'^CREATE EXTENSION IF NOT EXISTS "?([A-Za-z0-9_-]+)"? WITH SCHEMA "?([^";]+)"?;$', re.MULTILINE)


def is_apps(entry: re.Match) -> bool:
    """Whether an entry of a dump is the app's, and neither an extension nor what is said of one or of the schema that each database has."""
    about = entry["rest"] if entry["kind"] in ("COMMENT", "ACL", "SECURITY LABEL") else ""
    return entry["kind"] != "EXTENSION" and not about.startswith("EXTENSION ") and about.rpartition(" ")[0] != "SCHEMA public"


def schema(entry: re.Match) -> str:
    """The schema that an entry of a dump makes; empty if it makes none."""
    return entry["rest"].rpartition(" ")[0] if entry["kind"] == "SCHEMA" else ""


class Postgres(Source):
    """The app's database."""

    name = "postgres"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance

    def database(self, where: str) -> str:
        """The name of the database that lies there."""
        return self.instance.database + ("" if where == LIVE else "-" + where)

    def version(self) -> str:
        """The major version of the data."""
        found = Path(self.instance.data, "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        if not re.fullmatch(r"[0-9]{1,3}", found):
            raise Failure(f"{self.instance.data} is no data of PostgreSQL's", HINT)
        return found

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs, of the data's own version."""
        return f"/usr/lib/postgresql/{self.version()}/bin/{name}"

    def words(self, program: str, where: str, role: str = "", *more: str) -> list[str]:
        """The words that run a program on the database there."""
        return self.connect(program, role or self.instance.user, self.database(where), *more)

    def connect(self, program: str, role: str, database: str, *more: str) -> list[str]:
        """The words that run a program on a database, as a role."""
        return [self.program(program), f"--host={self.instance.socket}", f"--username={role}", "--no-password", *more, f"--dbname={database}"]

    def query(self, sql: str, database: str = "postgres", seconds: float = 600) -> list[str]:
        """The lines that a query as the administrator gives."""
        words = self.connect("psql", self.instance.user, database, *PLAIN)
        printed = run.output(words, user=self.instance.user, env=OPTIONS, data=sql.encode(), seconds=seconds, what="ask PostgreSQL", hint=HINT)
        return printed.decode(errors="replace").splitlines()

    def psql(self, where: str) -> subprocess.Popen:
        """Starts a client on the database there."""
        return run.start(self.words("psql", where, "", *PLAIN), user=self.instance.user, env=OPTIONS, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def size(self) -> int:
        """How many bytes the database takes on disk."""
        return int(self.query(f"SELECT pg_database_size({text(self.database(LIVE))})")[0])

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many rows there are, by table, at one instant."""
        with Reading(self, where) as reading:
            return reading.counts()

    def dump(self, folder: Path) -> Part:
        """Dumps the database by pg_dump. Meanwhile the rows of the same instant are counted."""
        with Reading(self, LIVE) as reading, Written(folder, FILE) as out:
            tables = reading.count()
            self.fill(out, reading.snapshot)
            counts = reading.counted(tables)
        return Part(self.name, [out.file()], counts, {"extensions": self.extensions(LIVE)})

    def fill(self, out: Written, snapshot: str) -> None:
        """Has pg_dump write a file whose sum is taken meanwhile."""

        def take(block: memoryview) -> None:
            if not out.size and not MAGIC.startswith(block[:len(MAGIC)]):
                raise Failure("what pg_dump writes is no dump")
            out.write(block)

        self.pg_dump(f"--snapshot={snapshot}", take=take)
        if not out.size:
            raise Failure("dump PostgreSQL: the dump is empty", HINT)

    def reader(self, folder: Path, part: Part) -> run.Started:
        """pg_restore, which reads a dump to its end and makes nothing of it."""
        with open(folder / part.files[0].path, "rb") as file:
            process = run.start([self.program("pg_restore"), "--file=/dev/null"], user=self.settings.user, stdin=file)
        return run.Started(process, "read the dump of PostgreSQL to its end")

    def write(self, out, *more: str) -> None:
        """Writes a dump into an open file."""
        self.pg_dump(*more, stdout=out)

    def pg_dump(self, *more: str, **to) -> None:
        """Runs pg_dump. to is where its output goes: stdout or take, as run.output has them."""
        words = self.words("pg_dump", LIVE, "", *DUMP, *more)
        run.output(words, user=self.instance.user, env=OPTIONS, seconds=6 * run.HOUR, what="dump PostgreSQL", hint=HINT, **to)

    def extensions(self, where: str) -> list[str]:
        """The extensions of a database."""
        return self.query("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1", self.database(where))

    def check(self, folder: Path, part: Part, fresh: bool = False) -> None:
        """Fails if the dump is not whole, or if pg_restore can't read it to its end."""
        check_files(folder, part, sums=not fresh)
        if fresh:
            return
        with self.reader(folder, part) as reader:
            reader.output(6 * run.HOUR)

    def listing(self, path: Path) -> str:
        """What pg_restore lists of a dump."""
        with open(path, "rb") as file:
            return run.output([self.program("pg_restore"), "--list"], user=self.settings.user, stdin=file, seconds=600,
                              what="read the dump of PostgreSQL").decode(errors="replace")

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Makes a database of a dump, as the app's own role."""
        self.make(not_live(where))
        self.load(folder / part.files[0].path, where, part.more.get("extensions") or [])

    def make(self, where: str) -> None:
        """Makes an empty database of the app's, with the settings that the live one has for who connects to it."""
        new = self.database(not_live(where))
        self.clear(where)
        self.query(f"CREATE DATABASE {name(new)} OWNER {name(self.instance.role)} TEMPLATE template0 ALLOW_CONNECTIONS false;\n"
                   f"REVOKE ALL ON DATABASE {name(new)} FROM PUBLIC;\n"
                   f"ALTER DATABASE {name(new)} ALLOW_CONNECTIONS true;\n"
                   "INSERT INTO pg_db_role_setting SELECT made.oid, s.setrole, s.setconfig FROM pg_db_role_setting s "
                   f"JOIN pg_database live ON live.oid = s.setdatabase AND live.datname = {text(self.database(LIVE))} "
                   f"JOIN pg_database made ON made.datname = {text(new)};")

    def load(self, path: Path, where: str, extensions: list[str]) -> None:
        """Loads a dump of pg_dump's own format into an empty database. extensions may be made that the app can't make."""
        entries, made = [], self.extend(path, where, extensions)
        for entry in self.listing(path).splitlines():
            found = ENTRY.match(entry)
            if found and is_apps(found) and schema(found) not in made:
                entries.append(entry)
        with open(path, "rb") as file, run.given("".join(e + "\n" for e in entries).encode()) as fd:
            words = self.words("pg_restore", where, self.instance.role, "--no-owner", "--no-acl", "--exit-on-error", f"--use-list=/dev/fd/{fd}")
            run.output(words, user=self.settings.user, env=OPTIONS, stdin=file, keep=(fd,), seconds=6 * run.HOUR, what="restore PostgreSQL")
        self.as_app(ANALYZE, where)

    def extend(self, path: Path, where: str, allowed: list[str]) -> set[str]:
        """Makes the extensions that a dump needs, and gives the schemas that are there then.

        The app makes those that it may; others only if the live database has them, or allowed does.
        """
        wanted = [entry for entry in self.listing(path).splitlines() if (found := ENTRY.match(entry)) and found["kind"] == "EXTENSION"]
        with open(path, "rb") as file, run.given("".join(e + "\n" for e in wanted).encode()) as fd:
            words = [self.program("pg_restore"), "--schema-only", "--file=-", f"--use-list=/dev/fd/{fd}"]
            sql = run.output(words, user=self.settings.user, stdin=file, keep=(fd,), seconds=600,
                             what="read the dump of PostgreSQL").decode(errors="replace")
        schemas = {"public"}
        for extension, schema in EXTENSION.findall(sql):
            if schema not in (*schemas, "pg_catalog"):
                self.as_app(f"CREATE SCHEMA {name(schema)}", where)
                schemas.add(schema)
            self.make_extension(extension, schema, where, allowed)
        return schemas

    def make_extension(self, extension: str, schema: str, where: str, allowed: list[str]) -> None:
        """Makes an extension; what is in allowed, and what the live database has, may be one that the app could not make."""
        make = f"CREATE EXTENSION IF NOT EXISTS {name(extension)} WITH SCHEMA {name(schema)} CASCADE"
        if extension in allowed or self.exists(LIVE) and extension in self.extensions(LIVE):
            self.query(make, self.database(where))
        else:
            self.as_app(make, where)

    def as_app(self, sql: str, where: str) -> None:
        """Runs SQL as the app's role."""
        words = self.words("psql", not_live(where), self.instance.role, *PLAIN)
        run.output(words, user=self.settings.user, env=OPTIONS, data=sql.encode(), seconds=6 * run.HOUR, what="ask PostgreSQL as the app", hint=HINT)

    def exists(self, where: str) -> bool:
        """Whether there is such a database."""
        return self.owner(where) not in ("", BUILDER)

    def owner(self, where: str) -> str:
        """Whose database is there; empty if there is none."""
        return "".join(self.query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = {text(self.database(where))}"))

    def clear(self, where: str) -> None:
        """Removes a database that what builds the app made under a name of the app's data: it may make databases."""
        if self.owner(where) == BUILDER:
            self.query(f"DROP DATABASE IF EXISTS {name(self.database(where))} WITH (FORCE)")

    def rename(self, here: str, there: str) -> None:
        """Renames a database; who is connected to it is thrown out."""
        old, new = self.database(here), self.database(there)
        self.clear(there)
        if self.exists(here) and not self.exists(there):
            self.query(f"ALTER DATABASE {name(old)} ALLOW_CONNECTIONS false")
            ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {text(old)}"
            self.query(f"{ended};\n{ended};\nALTER DATABASE {name(old)} RENAME TO {name(new)}")
        self.query(f"ALTER DATABASE {name(new)} ALLOW_CONNECTIONS true")

    def remove(self, where: str) -> None:
        """Removes a database that is not live."""
        self.query(f"DROP DATABASE IF EXISTS {name(self.database(not_live(where)))} WITH (FORCE)")


class Reading:
    """A connection that sees the database as it was at one instant."""

    def __init__(self, source: Postgres, where: str) -> None:
        self.process = source.psql(where)
        self.limit = threading.Timer(6 * run.HOUR, self.process.kill)
        self.limit.daemon = True
        self.limit.start()
        self.snapshot = ""

    def __enter__(self) -> "Reading":
        try:
            self.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self.ask(NO_VIEWS)
            self.snapshot = self.ask("SELECT pg_export_snapshot()")[0]
        except BaseException:
            run.end(self.process)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.limit.cancel()
        run.end(self.process)

    def ask(self, sql: str) -> list[str]:
        """The lines that a query gives."""
        self.send(f"{sql};")
        return self.answer()

    def send(self, sql: str) -> None:
        """Has psql run something. answer tells what it gives."""
        try:
            self.process.stdin.write(f"{sql}\n\\echo .\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said tells why

    def answer(self) -> list[str]:
        """The lines that what was sent gives."""
        lines = []
        while (line := self.process.stdout.readline()) != b".\n":
            if not line:
                self.process.stdin.close()
                self.process.stdin = None
                _, said = self.process.communicate(timeout=60)
                raise Failure("ask PostgreSQL: " + run.ending(self.process.returncode, said), HINT)
            lines.append(line.decode(errors="replace").rstrip("\n"))
        return lines

    def counts(self) -> dict[str, int]:
        """How many rows there are, by table."""
        return self.counted(self.count())

    def count(self) -> list[str]:
        """Begins to count rows, and gives the tables. Nothing else is asked until counted."""
        tables = [bytes.fromhex(line).decode() for line in self.ask(TABLES)]
        self.send(f"{COUNTS} \\gexec\n{LARGE};")
        return tables

    def counted(self, tables: list[str]) -> dict[str, int]:
        """How many rows there are, by table."""
        *rows, large = map(int, self.answer())
        return {**dict(zip(tables, rows, strict=True)), **({"large objects": large} if large else {})}


def name(identifier: str) -> str:
    """A name as SQL has it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"
