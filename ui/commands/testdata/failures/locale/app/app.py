import locale
locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')
from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
