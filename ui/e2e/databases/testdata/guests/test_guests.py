import os

import psycopg


def test_only_its_own_database():
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        assert db.execute("select current_user, current_database(), to_regclass('guest')").fetchone() == ("slipway-build", "slipway-build", None)
    with psycopg.connect("dbname=postgres", autocommit=True) as db:
        db.execute("drop database if exists test_guests")
        db.execute("create database test_guests")
        db.execute("drop database test_guests")
        apps = [row[0] for row in db.execute("select datname from pg_database where datname like 'app-%'")]
    for name in apps:
        try:
            psycopg.connect(dbname=name)
        except psycopg.OperationalError as refused:
            assert "permission denied" in str(refused)
        else:
            raise AssertionError(f"the tests get into {name}")
    assert apps
