from flask import Flask

from site_of_mine import words

app = Flask(__name__)


@app.get("/")
def index():
    return words.GREETING
