import logging
logging.basicConfig(filename='/var/log/shop.log')
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
