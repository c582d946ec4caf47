"""What the app may do in its own database, what builds it beside that, and what makes dumps."""

import unittest

from base import USER
from test_mariadb import TestMariaDB as MariaDBs
from test_postgres import COUNTS, Cluster
from test_still import said, without_system

import mariadb
import move
import postgres
import run
import say
import still
from source import BESIDE, LIVE, before

STAMP = "20260102t030405"


class TestHostilePostgres(Cluster):
    """PostgreSQL, of which root's program is the administrator."""

    def test_names(self) -> None:
        """A table may have any name, and the app may choose how its clients read it."""
        names = ["a\nb", "a\n\"; COPY (SELECT 1) TO PROGRAM 'id'; --", "50%", "it's", 'so "called"', "\\! id", ":user", "größe", "\n"]
        for name in names:
            self.app(f"CREATE TABLE {postgres.name(name)} AS SELECT generate_series(1, 3)")
        self.app('ALTER DATABASE "app-shop" SET client_encoding = LATIN1')
        part = self.source.dump(self.folder)
        self.assertEqual(part.counts, {**COUNTS, **{table: 3 for table in part.counts if table not in COUNTS}})
        self.assertEqual(len(part.counts), len(COUNTS) + len(names))
        self.assertEqual(self.source.beside(self.folder, part).counts(), part.counts)
        without_system(self)
        self.app('ALTER DATABASE "app-shop" RESET client_encoding')
        self.app("CREATE FUNCTION public.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'DROP TABLE customers' $$")
        rights = "SELECT relname, relacl FROM pg_class ORDER BY oid"
        before_it = self.source.query(rights, "app-shop")
        said(still.still, self.settings, ["on", "600"])
        for name in names:
            with self.assertRaisesRegex(say.Failure, "permission denied"):
                self.app(f"SET default_transaction_read_only = off; DELETE FROM public.{postgres.name(name)}")
        said(still.still, self.settings, ["off"])
        self.assertEqual(self.source.query(rights, "app-shop"), before_it)

    def test_view_in_the_place_of_a_table(self) -> None:
        """A table that becomes a view while its rows are counted runs nothing as the administrator."""
        self.app("""CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  IF current_user <> 'nobody' THEN COPY (SELECT 1) TO PROGRAM 'true'; RAISE 'it ran as %', current_user; END IF; RETURN 1; END $$;
CREATE VIEW swapped AS SELECT 1 WHERE evil() = 1;""")
        with self.assertRaisesRegex(say.Failure, "access to non-system view"), postgres.Reading(self.source, LIVE) as reading:
            reading.ask("SELECT count(*) FROM ONLY public.swapped")

    def test_names_that_are_taken(self) -> None:
        """What builds the app may make databases: none of them is taken for the app's data, or in its way."""
        part = self.source.dump(self.folder)
        self.source.query('CREATE ROLE "slipway-build" LOGIN CREATEDB')
        aside = before(STAMP)
        for where in (BESIDE, aside):
            self.source.query(f'CREATE DATABASE "{self.source.database(where)}" OWNER "slipway-build"')
            self.assertFalse(self.source.exists(where))
        self.assertEqual(self.source.beside(self.folder, part).counts(), COUNTS)
        self.app("INSERT INTO customers (name) VALUES ('later')")
        for here, there in ((LIVE, aside), (BESIDE, LIVE)):
            self.source.rename(here, there)
        self.assertEqual((self.source.counts(), self.source.counts(aside)["public.customers"]), (COUNTS, 501))

    def test_builder_stays_out(self) -> None:
        """What builds the app gets into neither what is restored beside the app's database nor what was before."""
        self.source.query('CREATE ROLE "slipway-build" LOGIN CREATEDB;\nREVOKE CONNECT ON DATABASE "app-shop" FROM PUBLIC;')
        queries, asked = self.source.query, []
        self.source.query = lambda sql, *more: (asked.append(sql), queries(sql, *more))[1]
        self.source.make(BESIDE)
        made = next(sql for sql in asked if sql.startswith("CREATE DATABASE"))
        self.assertIn("ALLOW_CONNECTIONS false;", made.splitlines()[0])
        self.source.rename(LIVE, before(STAMP))
        for where in (BESIDE, before(STAMP)):
            may = f"SELECT has_database_privilege('slipway-build', '{self.source.database(where)}', 'CONNECT')"
            self.assertEqual(self.source.query(may), ["f"], where)

    def test_words_without_end(self) -> None:
        """A dump that has the server say much while it is loaded is loaded."""
        notices = "DO $$ BEGIN FOR i IN 1..3000 LOOP RAISE NOTICE '%', repeat('x', 100); END LOOP; END $$;\n"
        rows = "".join(f"INSERT INTO public.given VALUES ('{'y' * 1000}');\n" for _ in range(300))
        long = f"INSERT INTO public.given VALUES ('{'z' * (3 << 20)}');\n"
        (self.folder / "given").write_text("CREATE TABLE public.given (t text);\n" + notices + rows + long)
        move.load_postgres(self.source, self.folder)
        self.assertEqual(self.source.counts(BESIDE), {"public.given": 301})

    def test_who_reads_a_dump(self) -> None:
        """A dump is read by programs with the app's rights, not by ones with the server's."""
        part = self.source.dump(self.folder)
        start, users = run.start, []
        run.start = lambda words, **more: (users.append((words[0].rpartition("/")[2], more.get("user"))), start(words, **more))[1]
        self.addCleanup(setattr, run, "start", start)
        self.source.check(self.folder, part)
        self.source.beside(self.folder, part)
        self.assertEqual({user for program, user in users if program == "pg_restore"}, {USER})


class TestHostileMariaDB(MariaDBs):
    """MariaDB, of which root's program is the administrator."""

    def test_views_that_are_options(self) -> None:
        """The name of a view is no option of root's mariadb-dump."""
        target = self.top / "written"
        self.app(f"CREATE VIEW `--result-file={target}` AS SELECT 1;\nCREATE VIEW `a\\\\n'b%s` AS SELECT 2;")
        self.source.rename(LIVE, before(STAMP))
        self.assertFalse(target.exists())
        self.assertEqual(len(self.source.names(before(STAMP), mariadb.VIEWS)), 3)

    def test_view_in_the_place_of_a_table(self) -> None:
        """A table that becomes a view while its rows are counted runs nothing as the administrator."""
        self.app("""CREATE TABLE ran (who TEXT) ENGINE=MyISAM;
DELIMITER //
CREATE FUNCTION evil() RETURNS INT SQL SECURITY INVOKER MODIFIES SQL DATA BEGIN INSERT INTO ran VALUES (CURRENT_USER()); RETURN 1; END//
DELIMITER ;
CREATE SQL SECURITY INVOKER VIEW swapped AS SELECT 1 AS one FROM customers WHERE evil() = 1;""")
        self.source.names = lambda where, kind: ["swapped"]
        self.source.counts()
        self.assertNotIn("root", self.app("SELECT who FROM ran"))


for name in dir(MariaDBs):
    if name.startswith("test_"):
        setattr(TestHostileMariaDB, name, None)  # they are run where they stand
del MariaDBs, Cluster


if __name__ == "__main__":
    unittest.main()
