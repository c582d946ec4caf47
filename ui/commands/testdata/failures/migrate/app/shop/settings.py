import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'x'
DEBUG = False
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'shop.urls'
INSTALLED_APPS = ['stock']
STATIC_URL = '/static/'
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.environ['STATE_DIRECTORY'] + '/x.db'}}
DEFAULT_AUTO_FIELD='django.db.models.BigAutoField'

