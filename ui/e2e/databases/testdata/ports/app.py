"""Reads hosts and ports alone, as its clients take them."""

import os

import pymysql
import redis
from flask import Flask, jsonify

app = Flask(__name__)
cache = redis.Redis(host=os.environ.get("REDIS_HOST", "localhost"), port=int(os.environ.get("REDIS_PORT", "6379")))


def connect():
    return pymysql.connect(
        host=os.environ["DB_HOST"],
        port=int(os.environ["DB_PORT"]),
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        database=os.environ["DB_NAME"],
        autocommit=True,
    )


@app.get("/")
def front():
    with connect() as base, base.cursor() as cursor:
        cursor.execute("create table if not exists visit (n int auto_increment primary key)")
        cursor.execute("insert into visit values ()")
        cursor.execute("select count(*), max(current_user()) from visit")
        rows, user = cursor.fetchone()
    return jsonify(rows=rows, user=user, keys=cache.incr("visits"))
