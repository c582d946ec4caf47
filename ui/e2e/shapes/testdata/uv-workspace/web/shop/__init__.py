import greet
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return f"{greet.WORDS}, {greet.big(1000000)}"
