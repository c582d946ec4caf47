"""Asks MariaDB by each client library, each as its documents show."""

import asyncio
import os
from urllib.parse import parse_qs, urlparse

import dj_database_url
import environ
import pymysql
import sqlalchemy
from django.conf import settings
from flask import Flask, jsonify

URL = os.environ["DATABASE_URL"]
ASK = "select concat(current_user(), ' ', database(), ' ', @@character_set_connection)"

settings.configure(DATABASES={
    "default": dj_database_url.parse(URL),
    "environ": environ.Env().db_url_config(URL),
    "host": {"ENGINE": "django.db.backends.mysql", "HOST": os.environ["MYSQL_UNIX_PORT"], "USER": os.environ["MYSQL_USER"], "NAME": os.environ["MYSQL_DATABASE"]},
})

import django  # noqa: E402
from django.db import connections  # noqa: E402

django.setup()
app = Flask(__name__)


def by_engine(scheme):
    with sqlalchemy.create_engine(URL.replace("mysql://", scheme + "://")).connect() as connection:
        return connection.execute(sqlalchemy.text(ASK)).scalar()


def by_django(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute(ASK)
        return cursor.fetchone()[0]


def by_module(module, **more):
    url = urlparse(URL)
    connection = module.connect(host=url.hostname, user=url.username, database=url.path[1:], unix_socket=parse_qs(url.query)["unix_socket"][0], **more)
    cursor = connection.cursor()
    cursor.execute(ASK)
    return cursor.fetchone()[0]


def native():
    """The library itself knows where the socket is."""
    import MySQLdb

    cursor = MySQLdb.connect(host="localhost", user=os.environ["MYSQL_USER"], database=os.environ["MYSQL_DATABASE"]).cursor()
    cursor.execute(ASK)
    return cursor.fetchone()[0]


async def waiting(scheme):
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(URL.replace("mysql://", scheme + "://"))
    async with engine.connect() as connection:
        answer = (await connection.execute(sqlalchemy.text(ASK))).scalar()
    await engine.dispose()
    return answer


@app.get("/")
def front():
    import mysql.connector

    ways = {scheme: lambda scheme=scheme: by_engine(scheme) for scheme in ["mysql", "mysql+mysqldb", "mysql+pymysql", "mysql+mysqlconnector"]}
    ways |= {scheme: lambda scheme=scheme: asyncio.run(waiting(scheme)) for scheme in ["mysql+aiomysql", "mysql+asyncmy"]}
    ways |= {"django " + alias: lambda alias=alias: by_django(alias) for alias in settings.DATABASES}
    ways |= {"pymysql": lambda: by_module(pymysql), "mysql.connector": lambda: by_module(mysql.connector), "MySQLdb": native}
    answers = {}
    for way, ask in ways.items():
        try:
            answers[way] = ask()
        except Exception as error:
            answers[way] = repr(error)
    return jsonify(answers)
