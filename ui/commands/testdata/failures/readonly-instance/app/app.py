from flask import Flask
app = Flask(__name__)

@app.get('/')
def home():
    return 'ok'
import os
os.makedirs(os.path.join(app.root_path, 'inst' + 'ance'))
