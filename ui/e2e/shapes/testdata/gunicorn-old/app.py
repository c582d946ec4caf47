"""An app that pins a gunicorn of 2018."""

import gunicorn
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def front():
    return f"gunicorn {gunicorn.__version__} answers {request.remote_addr}\n"
