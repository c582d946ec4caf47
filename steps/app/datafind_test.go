package app

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	flaskTop = "import os, sqlite3, shelve, logging\nfrom flask import Flask\napp = Flask(__name__)\n"
	fastTop  = "import os\nfrom pathlib import Path\nfrom fastapi import FastAPI\napp = FastAPI()\n"
	flaskSQL = "from flask_sqlalchemy import SQLAlchemy\nbasedir = os.path.abspath(os.path.dirname(__file__))\n"
)

// keptOf are the kept paths, with the URLs under which they are served.
func keptOf(t *testing.T, fsys fstest.MapFS, s Settings) []string {
	t.Helper()
	found, err := Detect(fsys, s)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, k := range found.Data {
		text := k.Shown()
		if k.URL != "" {
			text += " at " + k.URL
		}
		kept = append(kept, text)
		if !slices.ContainsFunc(found.Reasons, func(r Reason) bool { return r.Subject == "kept data" && r.Value == k.Shown() && r.Source != "" }) {
			t.Errorf("no reason says why %s is kept", k.Shown())
		}
	}
	return kept
}

// inOneModule are apps in one module, and what they keep.
var inOneModule = map[string]struct{ app, want string }{
	"nothing":              {flaskTop + "open('x.txt').read()\n", ""},
	"instance path":        {flaskTop + "os.makedirs(app.instance_path, exist_ok=True)\n", "instance/"},
	"instance config":      {"from flask import Flask\napp = Flask(__name__, instance_relative_config=True)\n", "instance/"},
	"instance elsewhere":   {"import os\nfrom flask import Flask\napp = Flask(__name__, instance_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), 'var'))\nprint(app.instance_path)\n", "var/"},
	"flask-sqlalchemy":     {flaskTop + flaskSQL + "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'\n", "instance/"},
	"basedir":              {flaskTop + flaskSQL + "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///' + os.path.join(basedir, 'shop.db')\n", "shop.db"},
	"f-string":             {flaskTop + flaskSQL + "app.config.update(SQLALCHEMY_DATABASE_URI=f\"sqlite:///{os.path.join(basedir, 'data', 'x.db')}\")\n", "data/"},
	"format":               {flaskTop + flaskSQL + "uri = 'sqlite:///{}/x.db'.format(basedir)\n", "x.db"},
	"percent":              {flaskTop + flaskSQL + "uri = 'sqlite:///%s/x.db' % basedir\n", "x.db"},
	"default of a getenv":  {flaskTop + flaskSQL + "uri = os.environ.get('DATABASE_URL', 'sqlite:///x.db').replace('postgres://', 'postgresql://')\n", "instance/"},
	"or":                   {flaskTop + flaskSQL + "class Config:\n    URI = os.environ.get('DATABASE_URL') or 'sqlite:///' + os.path.join(basedir, 'app.db')\n", "app.db"},
	"class of tests":       {flaskTop + flaskSQL + "class TestingConfig:\n    URI = 'sqlite:///test.db'\n", ""},
	"prefix":               {flaskTop + flaskSQL + "import sys\nif sys.platform == 'win32':\n    prefix = 'sqlite:///'\nelse:\n    prefix = 'sqlite:////'\nclass Base:\n    SQLALCHEMY_DATABASE_URI = os.getenv('DATABASE_URL', prefix + os.path.join(basedir, 'data.db'))\n", "data.db"},
	"named upload":         {flaskTop + "class Base:\n    SHOP_UPLOAD_PATH = os.path.join(os.path.dirname(__file__), 'up')\n", "up/"},
	"in memory":            {flaskTop + "sqlite3.connect(':memory:')\nx = 'sqlite://'\ny = 'sqlite:///:memory:'\n", ""},
	"only read":            {flaskTop + "sqlite3.connect('file:geo.db?mode=ro', uri=True)\n", ""},
	"state directory":      {flaskTop + "sqlite3.connect(os.path.join(os.environ.get('STATE_DIRECTORY', '.'), 'x.db'))\n", ""},
	"unknown":              {flaskTop + "def f(name):\n    return sqlite3.connect(name)\n", ""},
	"sqlite3":              {flaskTop + "DB = 'shop.db'\ndef f():\n    with sqlite3.connect(DB) as c:\n        pass\n", "shop.db"},
	"default of parameter": {flaskTop + "class Base:\n    def __init__(self, path='shop.db'):\n        self.path = path\n    def open(self):\n        return sqlite3.connect(self.path)\n", "shop.db"},
	"from an import":       {"from sqlite3 import connect as c\n" + flaskTop + "c('data/shop.db')\n", "data/"},
	"tmp":                  {flaskTop + "sqlite3.connect('/tmp/shop.db')\n", "/tmp/shop.db"},
	"tmp by tempfile":      {"import tempfile\n" + flaskTop + "sqlite3.connect(os.path.join(tempfile.gettempdir(), 'a', 'shop.db'))\n", "/tmp/a/"},
	"data folder":          {flaskTop + "sqlite3.connect('/data/shop.db')\n", "/data/"},
	"system folder":        {flaskTop + "sqlite3.connect('/var/lib/shop/shop.db')\n", ""},
	"above the app":        {flaskTop + "sqlite3.connect('../shop.db')\nsqlite3.connect(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'x.db'))\n", ""},
	"shelve":               {flaskTop + "shelve.open('visits')\n", "visits visits.db"},
	"tinydb":               {flaskTop + "from tinydb import TinyDB\ndb = TinyDB('db.json')\n", "db.json"},
	"peewee":               {flaskTop + "import peewee as pw\ndb = pw.SqliteDatabase('my.db', pragmas={})\n", "my.db"},
	"pony":                 {flaskTop + "from pony.orm import Database\ndb = Database()\ndb.bind(provider='sqlite', filename='p.sqlite', create_db=True)\n", "p.sqlite"},
	"upload folder":        {flaskTop + "app.config['UPLOAD_FOLDER'] = os.path.join(app.root_path, 'uploads')\nos.makedirs(app.config['UPLOAD_FOLDER'], exist_ok=True)\n", "uploads/"},
	"upload in static":     {flaskTop + "UPLOAD_FOLDER = 'static/uploads'\n", "static/uploads/"},
	"makedirs":             {flaskTop + "os.makedirs(os.path.dirname('exports/x/y.csv'), exist_ok=True)\n", "exports/x/"},
	"makedirs of static":   {flaskTop + "os.makedirs('static', exist_ok=True)\n", ""},
	"logs":                 {flaskTop + "from logging.handlers import RotatingFileHandler\nh = RotatingFileHandler('logs/app.log', maxBytes=10)\n", "logs/"},
	"log in the root":      {flaskTop + "logging.basicConfig(filename='app.log', level=logging.INFO)\n", "app.log"},
	"log of the system":    {flaskTop + "logging.basicConfig(filename='/var/log/app.log')\n", ""},
	"dictionary of logs":   {flaskTop + "c = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': 'a.log'}}}\n", "a.log"},
	"session files":        {flaskTop + "app.config['SESSION_TYPE'] = 'filesystem'\n", "flask_session/"},
	"written file":         {flaskTop + "with open('counter.txt', 'w') as f:\n    f.write('1')\n", "counter.txt"},
	"in another folder":    {flaskTop + "def f(there):\n    os.chdir(there)\n    with open('counter.txt', 'w') as f:\n        f.write('1')\n", ""},
	"import of all names":  {flaskTop + "from peewee import *\ndb = SqliteDatabase('shop.db')\n", "shop.db"},
	"when run directly":    {flaskTop + "if __name__ == '__main__':\n    sqlite3.connect('x.db')\n", ""},
	"create_engine":        {fastTop + "from sqlalchemy import create_engine\nURL = 'sqlite:///./test.db'\nengine = create_engine(URL)\n", "test.db"},
	"aiosqlite":            {fastTop + "URL = 'sqlite+aiosqlite:///./data/test.db'\n", "data/"},
	"sqlmodel":             {fastTop + "sqlite_file_name = 'database.db'\nsqlite_url = f'sqlite:///{sqlite_file_name}'\n", "database.db"},
	"tortoise":             {fastTop + "c = dict(db_url='sqlite://db.sqlite3', modules={})\n", "db.sqlite3"},
	"pydantic settings":    {fastTop + "import sqlite3\nclass Settings:\n    db_path: str = 'api.db'\nsettings = Settings()\nsqlite3.connect(settings.db_path)\n", "api.db"},
	"pathlib":              {fastTop + "BASE = Path(__file__).resolve().parent\nUP = BASE / 'up'\nUP.mkdir(exist_ok=True)\n(BASE / 'b').mkdir()\n", "b/ up/"},
	"two branches":         {fastTop + "import sqlite3\nif os.getenv('X'):\n    P = 'a.db'\nelse:\n    P = 'b.db'\nsqlite3.connect(P)\n", "a.db b.db"},
	"shipped beside":       {fastTop + "import sqlite3\nsqlite3.connect('shipped/x.db')\n", "shipped/x.db"},
	"circle":               {fastTop + "import sqlite3\nA = B / 'x'\nB = A / 'y'\nsqlite3.connect(A)\n", ""},
	"sqlite in a text":     {fastTop + "if URL.startswith('sqlite:'):\n    x = URL.replace('sqlite://', '')\n", ""},
	"weird":                {fastTop + "import sqlite3\nsqlite3.connect('a:b$c.db')\n", ""},
}

func TestFindData(t *testing.T) {
	for name, c := range inOneModule {
		t.Run(name, func(t *testing.T) {
			fsys := files("requirements.txt", "flask\nfastapi\nflask-sqlalchemy\n", "app.py", c.app, "static/site.css", "", "shipped/list.csv", "",
				"tests/test_app.py", "import sqlite3\nsqlite3.connect('of-tests.db')\n")
			if got := strings.Join(keptOf(t, fsys, Settings{}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestFindDataInPackages has an app in parts.
func TestFindDataInPackages(t *testing.T) {
	factory := "import os\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\ndef create_app():\n    app = Flask(__name__)\n    app.config.from_object('config.Config')\n    return app\n"
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"package":      {[]string{"shop/__init__.py", factory, "config.py", "class Config:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///x.db'\n"}, "instance/"},
		"old pin":      {[]string{"requirements.txt", "flask\nFlask-SQLAlchemy==2.5.1\n", "shop/__init__.py", factory, "config.py", "class Config:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///x.db'\n"}, "shop/x.db"},
		"old range":    {[]string{"requirements.txt", "flask\nFlask-SQLAlchemy>=2.4,<3\n", "shop/__init__.py", factory, "config.py", "class Config:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///x.db'\n"}, "shop/x.db"},
		"new range":    {[]string{"requirements.txt", "flask\nFlask-SQLAlchemy>=2.4,<4\n", "shop/__init__.py", factory, "config.py", "class Config:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///x.db'\n"}, "instance/"},
		"other module": {[]string{"main.py", "from fastapi import FastAPI\nfrom db import c\napp = FastAPI()\n", "paths.py", "from pathlib import Path\nDATA = Path(__file__).parent / 'var'\n", "db.py", "import sqlite3\nimport paths\nc = sqlite3.connect(str(paths.DATA / 'x.db'))\n"}, "var/"},
		"in a package": {[]string{"main.py", "from api import app\n", "api/__init__.py", "from fastapi import FastAPI\napp = FastAPI()\n", "api/db.py", "import os, sqlite3\nc = sqlite3.connect(os.path.join(os.path.dirname(__file__), 'x.db'))\n"}, "api/x.db"},
		"script":       {[]string{"manage.py", djangoManage, "shop/__init__.py", "", "shop/wsgi.py", djangoWSGI, "shop/settings.py", "ALLOWED_HOSTS = ['*']\n", "scripts/log.py", "with open('CHANGELOG.md', 'w') as f:\n    f.write('x')\n"}, ""},
		"quart":        {[]string{"src/blog/__init__.py", "from pathlib import Path\nfrom sqlite3 import dbapi2 as sqlite3\nfrom quart import Quart\napp = Quart(__name__)\napp.config.update({'DATABASE': Path(app.root_path) / 'blog.db'})\ndef db():\n    return sqlite3.connect(app.config['DATABASE'])\n"}, "src/blog/blog.db"},
		"celery beat":  {[]string{"main.py", "from fastapi import FastAPI\napp = FastAPI()\n", "Procfile", "web: gunicorn main:app\nbeat: celery -A main beat\n"}, "celerybeat-schedule celerybeat-schedule.db"},
	} {
		t.Run(name, func(t *testing.T) {
			all := append([]string{"requirements.txt", "flask\nflask-sqlalchemy\n"}, c.files...)
			if got := strings.Join(keptOf(t, files(all...), Settings{}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestFindDjangoData has the settings of a project say what is kept.
func TestFindDjangoData(t *testing.T) {
	const top = "import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nALLOWED_HOSTS = ['*']\n"
	const standard = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n"
	for name, c := range map[string]struct{ settings, want string }{
		"startproject":        {standard, "db.sqlite3"},
		"str":                 {strings.Replace(standard, "BASE_DIR / 'db.sqlite3'", "str(BASE_DIR / 'var' / 'db')", 1), "var/"},
		"join":                {strings.Replace(standard, "BASE_DIR / 'db.sqlite3'", "os.path.join(BASE_DIR, 'db.sqlite3')", 1), "db.sqlite3"},
		"relative":            {strings.Replace(standard, "BASE_DIR / 'db.sqlite3'", "'db.sqlite3'", 1), "db.sqlite3"},
		"postgres":            {strings.Replace(standard, "sqlite3'", "postgresql'", 1), ""},
		"env.db":              {"import environ\nenv = environ.Env()\nDATABASES = {'default': env.db('DATABASE_URL', default='sqlite:///db.sqlite3')}\n", "db.sqlite3"},
		"dj_database_url":     {"import dj_database_url\nDATABASES = {'default': dj_database_url.config(default=f'sqlite:///{BASE_DIR}/db.sqlite3', conn_max_age=600)}\n", "db.sqlite3"},
		"media":               {"MEDIA_ROOT = BASE_DIR / 'media'\nMEDIA_URL = '/media/'\n", "media/ at /media/"},
		"media by join":       {"MEDIA_ROOT = os.path.join(BASE_DIR, 'files/up')\nMEDIA_URL = 'up/'\n", "files/up/ at /up/"},
		"media elsewhere":     {"MEDIA_ROOT = BASE_DIR / 'media'\nMEDIA_URL = 'https://cdn.example/'\n", "media/"},
		"media outside":       {"MEDIA_ROOT = '/data/media/'\nMEDIA_URL = os.environ.get('MEDIA_URL', '/media/')\n", "/data/media/ at /media/"},
		"media at the top":    {"MEDIA_ROOT = BASE_DIR / 'media'\nMEDIA_URL = '/'\n", "media/"},
		"media of all":        {"MEDIA_ROOT = BASE_DIR\nMEDIA_URL = '/media/'\n", ""},
		"database in media":   {strings.Replace(standard, "'db.sqlite3'", "'media' / 'db.sqlite3'", 1) + "MEDIA_ROOT = BASE_DIR / 'media'\nMEDIA_URL = '/media/'\n", "media/"},
		"media in a folder":   {strings.Replace(standard, "'db.sqlite3'", "'data' / 'db.sqlite3'", 1) + "MEDIA_ROOT = BASE_DIR / 'data' / 'media'\nMEDIA_URL = '/media/'\n", "data/db.sqlite3 data/media/ at /media/"},
		"logging":             {"LOGGING = {'handlers': {'file': {'class': 'logging.FileHandler', 'filename': BASE_DIR / 'logs' / 'django.log'}}}\n", "logs/"},
		"media that is built": {"INSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_URL = 's/'\nSTATIC_ROOT = BASE_DIR / 'media'\nMEDIA_ROOT = BASE_DIR / 'media'\nMEDIA_URL = '/media/'\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := djangoFiles(top + c.settings)
			fsys["shop/settings_dev.py"] = &fstest.MapFile{Data: []byte("DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'dev.sqlite3'}}\n")}
			if got := strings.Join(keptOf(t, fsys, Settings{}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
