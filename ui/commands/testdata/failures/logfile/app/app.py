import logging
from logging.handlers import RotatingFileHandler
name = 'shop' + '.log'
handler = RotatingFileHandler(name)
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
