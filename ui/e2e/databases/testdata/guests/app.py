import os

import psycopg
from flask import Flask, jsonify

VERSION = 1
app = Flask(__name__)


def database():
    return psycopg.connect(os.environ["DATABASE_URL"])


@app.get("/")
def guests():
    with database() as db:
        names = [row[0] for row in db.execute("select name from guest order by id")]
    return jsonify(Version=VERSION, Names=names)


@app.get("/add/<name>")
def add(name):
    with database() as db:
        db.execute("insert into guest (name) values (%s)", (name,))
    return jsonify(Version=VERSION)
