"""PostgreSQL, by a real server, if this computer has one."""

import pathlib
import pwd
import resource
import signal
import subprocess
import threading
import unittest
from unittest import mock

from base import USER, Deployment

import postgres
import run
import say
from source import BESIDE, LIVE, before

VERSIONS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SCHEMA = """
CREATE SCHEMA "Other one";
CREATE TABLE customers (id serial PRIMARY KEY, name text);
CREATE TABLE "Other one"."Orders" (id serial PRIMARY KEY, customer int REFERENCES customers (id));
CREATE VIEW named AS SELECT c.name FROM customers c JOIN "Other one"."Orders" o ON o.customer = c.id;
INSERT INTO customers (name) SELECT 'customer ' || n FROM generate_series(1, 500) n;
INSERT INTO "Other one"."Orders" (customer) SELECT id FROM customers WHERE id <= 20;
CREATE EXTENSION pgcrypto SCHEMA "Other one";
SELECT lo_from_bytea(0, 'large');
"""
COUNTS = {'"Other one"."Orders"': 20, "public.customers": 500, "large objects": 1}


def has_postgres() -> bool:
    """Whether this computer has a server, and its user."""
    try:
        return bool(VERSIONS and pwd.getpwnam("postgres"))
    except KeyError:
        return False


@unittest.skipUnless(has_postgres(), "there is no PostgreSQL here")
class Cluster(Deployment):
    """A deployment with PostgreSQL, and something in it."""

    def setUp(self) -> None:
        super().setUp()
        home = self.owned("postgres")
        entry = pwd.getpwnam("postgres")
        run.os.chown(home, entry.pw_uid, entry.pw_gid)
        bins = VERSIONS[-1].parent
        run.output([str(bins / "initdb"), "-D", f"{home}/data", "--auth=peer", "--encoding=UTF8", "--locale=C", "--no-sync"], user="postgres", seconds=120)
        words = [str(bins / "postgres"), "-D", f"{home}/data", "-c", "listen_addresses=", "-c", f"unix_socket_directories={home}", "-c", "fsync=off"]
        run.os.chmod(home, 0o755)
        self.service(words, "postgres", lambda: "ready to accept" in (self.top / "server.log").read_text())
        instance = self.with_service("postgres", socket=str(home), database="app-shop", role=USER, user="postgres", data=f"{home}/data")
        self.source = postgres.Postgres(self.settings, instance)
        self.source.query(f'CREATE ROLE {USER} LOGIN;\n')
        self.source.query(f'CREATE DATABASE "app-shop" OWNER {USER}')
        self.app(SCHEMA)
        self.folder.mkdir()

    def app(self, sql: str, where: str = LIVE) -> str:
        """What SQL of the app's prints."""
        words = self.source.connect("psql", USER, self.source.database(where), *postgres.PLAIN)
        return run.output(words, user=USER, data=sql.encode()).decode()


class TestPostgres(Cluster):
    """The app's database in PostgreSQL."""

    def test_dump_beside_and_swap(self) -> None:
        """What is dumped is restored whole, takes the place of the live data, and gives it back."""
        part = self.source.dump(self.folder)
        self.assertEqual(part.counts, COUNTS)
        self.source.check(self.folder, part)
        self.app("INSERT INTO customers (name) VALUES ('later')")
        beside = self.source.beside(self.folder, part)
        self.assertEqual(beside.counts(), COUNTS)
        self.assertEqual(self.app("SELECT count(*) FROM named", BESIDE), "20\n")
        self.assertEqual(self.app("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'", BESIDE), USER + "\n")
        aside = before("20260102t030405")
        open_connection = subprocess.Popen(run.as_user(USER, self.source.connect("psql", USER, "app-shop")), stdin=subprocess.PIPE,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=run.ENVIRONMENT)
        for here, there in ((LIVE, aside), (BESIDE, LIVE)):
            self.source.rename(here, there)
        open_connection.communicate()
        self.assertEqual((self.source.counts(), self.source.counts(aside)["public.customers"]), (COUNTS, 501))
        for here, there in ((LIVE, BESIDE), (aside, LIVE), (aside, LIVE)):
            self.source.rename(here, there)
        self.assertEqual(self.app("SELECT count(*) FROM customers"), "501\n")
        self.source.remove(BESIDE)
        self.assertFalse(self.source.exists(BESIDE))

    def test_database_that_grows(self) -> None:
        """Rows that are written while a dump is made are in its counts and in its data, or in neither."""
        stop = threading.Event()

        def grow() -> None:
            while not stop.is_set():
                self.app("INSERT INTO customers (name) SELECT repeat('x', 1000) FROM generate_series(1, 200)")

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            part = self.source.dump(self.folder)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(self.source.beside(self.folder, part).counts(), part.counts)

    def test_dump_that_is_not_whole(self) -> None:
        """A dump that is empty, cut short or changed is told as one, and nothing is left beside."""
        part = self.source.dump(self.folder)
        path = self.folder / postgres.FILE
        whole = path.read_bytes()
        for name, content in {"is empty": b"", "was cut short": whole[:-40], "is not what was written": whole[:-9] + b"different"}.items():
            path.write_bytes(content)
            with self.subTest(name), self.assertRaisesRegex(say.Failure, name):
                self.source.check(self.folder, part)

    def test_dump_that_breaks(self) -> None:
        """A dump that pg_dump leaves off is none, whether pg_dump says so or not."""
        real = self.source.program("pg_dump")
        for name, (ends, why) in {
            "says nothing": ("exit 0", "is empty"), "lacks a byte": (f'{real} "$@" | head -c -1', "to its end: pg_restore"),
            "lacks the rows": (f'{real} "$@" | head -c 2000', "to its end: pg_restore"),
            "fails": (f'{real} "$@" | head -c 2000; echo "the server is gone" >&2; exit 1', "^dump PostgreSQL: the server is gone"),
            "fails at once": ("exit 1", "^dump PostgreSQL: it ended with status 1"), "writes something else": ("cat /dev/zero", "is no dump"),
        }.items():
            program = self.top / "pg_dump"
            program.write_text("#!/bin/sh\n" + ends + "\n")
            program.chmod(0o755)
            instead = mock.patch.object(self.source, "program", lambda name: str(program) if name == "pg_dump" else real.replace("pg_dump", name))
            with self.subTest(name), instead, self.assertRaisesRegex(say.Failure, why):
                with self.source.reader(self.folder, self.source.dump(self.folder)) as reader:
                    reader.output(60)
            (self.folder / postgres.FILE).unlink()

    def test_dump_that_does_not_fit(self) -> None:
        """A dump ends where the disk is full, and says so."""
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(signal.signal, signal.SIGXFSZ, signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, limit)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limit[1]))
        with self.assertRaisesRegex(say.Failure, "^dump PostgreSQL: File too large"):
            self.source.dump(self.folder)

    def test_hostile_database(self) -> None:
        """What the app sets for all who connect to its database, and functions of its own, do nothing as the administrator."""
        self.app("""CREATE SCHEMA evil;
CREATE FUNCTION evil.count(anyelement) RETURNS bigint LANGUAGE sql AS 'SELECT 666::bigint';
CREATE FUNCTION evil.pg_export_snapshot() RETURNS text LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE nobody SUPERUSER; RETURN '1'; END $$;
CREATE FUNCTION evil.quote_ident(name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE nobody SUPERUSER; RETURN '1'; END $$;
CREATE FUNCTION public.checked(int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
  IF current_user <> 'nobody' THEN ALTER ROLE nobody SUPERUSER; END IF; RETURN true; END $$;
ALTER TABLE customers ADD CHECK (public.checked(id));
ALTER DATABASE "app-shop" SET search_path = evil, pg_catalog, public;
ALTER DATABASE "app-shop" SET default_transaction_read_only = on;
ALTER DATABASE "app-shop" SET statement_timeout = 1;""")
        part = self.source.dump(self.folder)
        self.assertEqual(part.counts, COUNTS)
        self.assertEqual(self.source.beside(self.folder, part).counts(), COUNTS)
        self.assertIn("evil", self.source.query("SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase "
                                                "WHERE d.datname = 'app-shop-beside'")[0])
        self.assertEqual(self.source.query(f"SELECT rolsuper FROM pg_roles WHERE rolname = '{USER}'"), ["f"])


if __name__ == "__main__":
    unittest.main()
