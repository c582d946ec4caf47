import sqlite3
import os
name = os.environ.get('SHOP_DB', 'shop.db')
sqlite3.connect(name).execute('create table t (x)')
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
