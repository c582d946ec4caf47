"""Writes each entry to PostgreSQL, MariaDB, Redis, SQLite and a file, and counts what each has."""

import os
import pathlib
import sqlite3

import psycopg
import pymysql
import redis
from flask import Flask

app = Flask(__name__)
TABLE = "CREATE TABLE IF NOT EXISTS entries (name varchar(40) PRIMARY KEY)"


def lite():
    connection = sqlite3.connect("data/entries.sqlite3", timeout=20)
    connection.execute(TABLE)
    return connection


def postgres():
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection.execute(TABLE)
    return connection


def mariadb():
    connection = pymysql.connect(unix_socket="/run/slipway-mariadb/mariadb.sock", user=os.environ["MYSQL_USER"],
                                 database=os.environ["MYSQL_DATABASE"], autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS entries (name varchar(40) PRIMARY KEY) ENGINE=InnoDB")
    return connection


def keys():
    return redis.Redis.from_url(os.environ["REDIS_URL"])


@app.get("/")
def counts():
    count = "SELECT count(*) FROM entries"
    with mariadb() as my, my.cursor() as cursor, postgres() as pg:
        cursor.execute(count)
        return {"mariadb": cursor.fetchone()[0], "postgres": pg.execute(count).fetchone()[0], "sqlite": lite().execute(count).fetchone()[0],
                "redis": keys().dbsize(), "files": len(os.listdir("uploads"))}


@app.post("/add/<name>")
def add(name):
    with lite() as connection:
        connection.execute("INSERT INTO entries VALUES (?)", (name,))
    with postgres() as connection:
        connection.execute("INSERT INTO entries VALUES (%s)", (name,))
    with mariadb() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO entries VALUES (%s)", (name,))
    keys().set(name, "x")
    pathlib.Path("uploads", name).write_text(name)
    return {}
