"""Needs a compiler once, and Debian's libpq, libmagic and git for good."""

import shutil
import subprocess

import magic
import psycopg2
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"libpq {psycopg2.__libpq_version__}, {magic.from_buffer(b'%PDF-1.4')}, {git}, compiler {shutil.which('gcc')}"
