import pymongo
pymongo.MongoClient('localhost', serverSelectionTimeoutMS=1000).server_info()
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
