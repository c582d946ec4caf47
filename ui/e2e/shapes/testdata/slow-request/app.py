"""Requests that take long, and large uploads."""

import time

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def front():
    return "front\n"


@app.get("/slow/<int:seconds>")
def slow(seconds):
    time.sleep(seconds)
    return f"slept {seconds}\n"


@app.post("/upload")
def upload():
    return f"{len(request.get_data())} bytes\n"
