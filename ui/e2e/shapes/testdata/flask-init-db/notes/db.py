import sqlite3

import click
from flask import current_app


def connect():
    return sqlite3.connect(current_app.config["DATABASE"])


@click.command("init-db")
def init_db_command():
    """Drop all tables and make them anew."""
    with current_app.open_resource("schema.sql") as schema:
        connect().executescript(schema.read().decode())
    click.echo("The tables are made.")


def init_app(app):
    app.cli.add_command(init_db_command)
