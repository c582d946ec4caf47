"""MariaDB, by a real server, if this computer has one."""

import shutil
import unittest

from base import USER, Deployment

import mariadb
import run
import say
from source import BESIDE, LIVE, before

SCHEMA = """
CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name TEXT) ENGINE=InnoDB;
CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, note TEXT, picture BLOB,
  CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id)) ENGINE=InnoDB;
CREATE TABLE nothing (id INT);
INSERT INTO customers (name) VALUES ('Ada'), ('it''s (1),\\n(2)'), ('(');
INSERT INTO orders (customer, note, picture) SELECT id, name, x'000102' FROM customers;
CREATE VIEW named AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer;
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n;
CREATE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = CONCAT('new ', NEW.note);
"""


@unittest.skipUnless(shutil.which("mariadbd") and shutil.which("mariadb-install-db"), "there is no MariaDB here")
class TestMariaDB(Deployment):
    """The app's database in MariaDB."""

    def setUp(self) -> None:
        super().setUp()
        home, socket = self.owned("mariadb"), self.top / "mariadb/s"
        base = shutil.which("mariadbd").removesuffix("/sbin/mariadbd")
        share = [f"--basedir={base}", f"--lc-messages-dir={base}/share/mysql", f"--datadir={home}/data"]
        run.output(["mariadb-install-db", "--no-defaults", *share, "--auth-root-authentication-method=socket"], user=USER, seconds=120)
        self.service(["mariadbd", "--no-defaults", *share, "--skip-networking", f"--socket={socket}", "--plugin-maturity=stable"], USER, socket.exists)
        instance = self.with_service("mariadb", socket=str(socket), database="app-shop", role=USER, user=USER, data=str(home))
        self.source = mariadb.MariaDB(self.settings, instance)
        self.source.query(f"CREATE USER {USER}@localhost IDENTIFIED VIA unix_socket;\nCREATE DATABASE `app-shop`;\nGRANT ALL ON `app-shop`.* TO {USER}@localhost;")
        self.app(SCHEMA)
        self.folder.mkdir()

    def app(self, sql: str, database: str = "app-shop") -> str:
        """What SQL of the app's prints."""
        words = self.source.words("mariadb", "--batch", "--skip-column-names", f"--database={database}", role=USER)
        return run.output(words, user=USER, data=sql.encode()).decode()

    def test_dump_beside_and_swap(self) -> None:
        """What is dumped is restored whole, takes the place of the live data, and gives it back."""
        part = self.source.dump(self.folder)
        self.assertEqual(part.counts, {"customers": 3, "orders": 3, "nothing": 0})
        self.source.check(self.folder, part)
        self.app("INSERT INTO customers (name) VALUES ('later')")
        beside = self.source.beside(self.folder, part)
        self.assertEqual(beside.counts(), part.counts)
        self.assertEqual(self.source.counts()["customers"], 4)
        aside = before("20260102t030405")
        for here, there in ((LIVE, aside), (BESIDE, LIVE)):
            self.source.rename(here, there)
        self.assertEqual(self.source.counts(), part.counts)
        self.assertEqual(self.source.counts(aside)["customers"], 4)
        said = self.app("SELECT name FROM named WHERE id = 1; SELECT twice(4); INSERT INTO orders (customer, note) VALUES (1, 'x');"
                        "SELECT note FROM orders WHERE id = 4; SELECT hex(picture) FROM orders WHERE id = 1")
        self.assertEqual(said.split("\n"), ["Ada", "8", "new x", "000102", ""])
        with self.assertRaisesRegex(say.Failure, "foreign key"):
            self.app("INSERT INTO orders (customer) VALUES (99)")
        for here, there in ((LIVE, BESIDE), (aside, LIVE)):
            self.source.rename(here, there)
        self.assertEqual(self.source.counts()["customers"], 4)
        self.assertEqual(self.app("SELECT count(*) FROM named"), "3\n")
        self.source.remove(BESIDE)
        self.assertFalse(self.source.exists(BESIDE))

    def test_rename_that_was_killed(self) -> None:
        """A rename that was killed after any of its steps is finished by the next one."""
        queries = self.source.query
        for last in range(1, 40):
            aside = before(f"20260102t0304{last:02}")

            def query(sql: str, seconds: float = 600, left=[last]):
                left[0] -= 1
                if left[0] == 0:
                    raise KeyboardInterrupt
                return queries(sql, seconds)

            self.source.query = query
            try:
                self.source.rename(LIVE, aside)
                done = True
            except KeyboardInterrupt:
                done = False
            self.source.query = queries
            self.source.rename(LIVE, aside)
            self.source.rename(aside, LIVE)
            self.assertEqual(self.source.counts(), {"customers": 3, "orders": 3, "nothing": 0})
            self.assertEqual(self.app("SELECT count(*) FROM named; SELECT twice(1)"), "3\n2\n")
            if done:
                return
        self.fail("it is never done")

    def test_dump_that_is_not_whole(self) -> None:
        """A dump that is empty, cut short or changed is told as one."""
        part = self.source.dump(self.folder)
        path = self.folder / mariadb.FILE
        whole = path.read_bytes()
        for name, content in {"is empty": b"", "was cut short": whole[:-40], "is not what was written": whole.replace(b"Ada", b"Eve")}.items():
            path.write_bytes(content)
            with self.subTest(name), self.assertRaisesRegex(say.Failure, name):
                self.source.check(self.folder, part)

    def test_foreign_dump(self) -> None:
        """A dump that chooses the live database, or runs a command, changes nothing there."""
        self.source.make(BESIDE)
        path = self.folder / "given.sql"
        path.write_bytes(b"CREATE DATABASE `app-shop`;\nUSE `app-shop`;\nCREATE TABLE given (id INT);\n"
                         b"CREATE DEFINER=`root`@`localhost` PROCEDURE p() SELECT 1;\n-- Dump completed\n")
        with open(path, "rb") as file:
            self.source.load(file, BESIDE)
        self.assertEqual((self.source.counts(BESIDE), "given" in self.source.counts()), ({"given": 0}, False))
        path.write_bytes(b"\\! touch /tmp/slipway-was-here\n")
        with open(path, "rb") as file, self.assertRaises(say.Failure):
            self.source.load(file, BESIDE)


if __name__ == "__main__":
    unittest.main()
