package app

import (
	"slices"
	"testing"
)

// TestInMemory finds what several instances would not share.
func TestInMemory(t *testing.T) {
	const flask = "from flask import Flask\napp = Flask(__name__)\n"
	for name, test := range map[string]struct {
		files []string
		want  []InMemory
	}{
		"none":       {[]string{"app.py", flask}, nil},
		"Socket.IO":  {[]string{"app.py", flask + "from flask_socketio import SocketIO\nsio = SocketIO(app)\n"}, []InMemory{{MemorySocketIO, "app.py line 3"}}},
		"websockets": {[]string{"app.py", flask + "from flask_sock import Sock\nsock = Sock(app)\n"}, []InMemory{{MemoryWebsockets, "app.py line 3"}}},
		"workers that are set": {[]string{"app.py", flask + "from flask_sock import Sock\n", "gunicorn.conf.py", "workers = 1\n"},
			[]InMemory{{MemoryWebsockets, "app.py line 3"}}},
		"with a broker":           {[]string{"app.py", flask + "import redis\nfrom flask_sock import Sock\n"}, nil},
		"a scheduler":             {[]string{"app.py", flask + "from apscheduler.schedulers.background import BackgroundScheduler\n"}, []InMemory{{MemorySchedule, "app.py line 3"}}},
		"repeated":                {[]string{"app.py", "from fastapi import FastAPI\nfrom fastapi_utils.tasks import repeat_every\napp = FastAPI()\n"}, []InMemory{{MemorySchedule, "app.py line 2"}}},
		"a scheduler that blocks": {[]string{"app.py", flask + "from apscheduler.schedulers.blocking import BlockingScheduler\n"}, nil},
		"a process's":             {[]string{"app.py", flask + "import clock\n", "clock.py", "import schedule\n", "Procfile", "web: gunicorn app:app\nclock: python clock.py\n"}, nil},
		"channels": {[]string{"manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n", "shop/__init__.py", "",
			"shop/settings.py", "CHANNEL_LAYERS = {'default': {'BACKEND': 'channels.layers.InMemoryChannelLayer'}}\n",
			"shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"},
			[]InMemory{{MemoryChannels, "shop/settings.py line 1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(files(append(test.files, "requirements.txt", "")...), Settings{})
			if err != nil || !slices.Equal(found.InMemory, test.want) {
				t.Errorf("got %v, %v", found.InMemory, err)
			}
		})
	}
}

// TestDatabaseFiles tells files of databases from others that the app keeps.
func TestDatabaseFiles(t *testing.T) {
	const flask = "from flask import Flask\napp = Flask(__name__)\n"
	for name, test := range map[string]struct {
		files []string
		data  []string
		want  []string
	}{
		"connect":        {[]string{"app.py", flask + "import sqlite3\ndb = sqlite3.connect('shop.db')\n"}, nil, []string{"shop.db"}},
		"in memory":      {[]string{"app.py", flask + "import sqlite3\ndb = sqlite3.connect(':memory:')\n"}, nil, nil},
		"an address":     {[]string{"app.py", flask + "import os\nfrom sqlalchemy import create_engine\ne = create_engine(os.environ.get('DATABASE_URL', 'sqlite:///data/shop.db'))\n"}, nil, []string{"data/shop.db"}},
		"of an instance": {[]string{"app.py", flask + "from flask_sqlalchemy import SQLAlchemy\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'\ndb = SQLAlchemy(app)\n"}, nil, []string{"instance/shop.db"}},
		"another kind":   {[]string{"app.py", flask + "from tinydb import TinyDB\ndb = TinyDB('db.json')\n"}, nil, []string{"db.json"}},
		"uploads":        {[]string{"app.py", flask + "import os\nos.makedirs('uploads', exist_ok=True)\napp.config['UPLOAD_FOLDER'] = 'uploads'\n"}, nil, nil},
		"a log":          {[]string{"app.py", flask + "import logging\nlogging.basicConfig(filename='app.log')\n"}, nil, nil},
		"temporary":      {[]string{"app.py", flask + "import sqlite3\ndb = sqlite3.connect('/tmp/shop.db')\n"}, nil, nil},
		"named":          {[]string{"app.py", flask}, []string{"x.sqlite3", "uploads/", "notes.txt"}, []string{"x.sqlite3"}},
		"of the system":  {[]string{"app.py", flask + "import sqlite3\ndb = sqlite3.connect('/data/shop.db')\n"}, nil, []string{"/data/"}},
		"Django": {[]string{"manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n", "shop/__init__.py", "",
			"shop/settings.py", "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n",
			"shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"}, nil, []string{"db.sqlite3"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(files(append(test.files, "requirements.txt", "")...), Settings{Data: test.data})
			var got []string
			for _, f := range found.Databases {
				got = append(got, f.Path)
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v", found.Databases, err)
			}
			for _, k := range found.Data {
				if (found.HoldsDatabase(k)) != (test.want != nil && k.Path != "uploads" && k.Path != "notes.txt") {
					t.Errorf("%s holds a database: %v", k.Path, found.HoldsDatabase(k))
				}
			}
		})
	}
}
