from importlib.metadata import version

import greet
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return f"{greet.words()} {version('greet')}"
