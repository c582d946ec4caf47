import sqlite3

from flask import Flask

app = Flask(__name__)
DATABASE = "shop.db"


def base():
    db = sqlite3.connect(DATABASE)
    db.execute("pragma journal_mode = wal")
    db.execute("create table if not exists item (name text)")
    return db


@app.get("/")
def front():
    return f"{base().execute('select count(*) from item').fetchone()[0]} items\n"


@app.get("/add")
def add():
    with base() as db:
        db.execute("insert into item values ('x')")
    return "added\n"
