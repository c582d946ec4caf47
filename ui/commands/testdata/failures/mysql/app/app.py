import pymysql
pymysql.connect(host='127.0.0.1', user='shop', password='x')
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
