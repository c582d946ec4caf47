import os
name = 'SECRET' + '_KEY'
SECRET = os.environ[name]
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
