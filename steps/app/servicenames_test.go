package app

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// offersOf and namesOf are what Detect finds, one text each.
func offersOf(found Found) string {
	var all []string
	for _, o := range found.Offers {
		all = append(all, o.Kind+": "+o.Why)
	}
	return strings.Join(all, "; ")
}

func namesOf(found Found) string {
	var all []string
	for _, n := range found.ServiceNames {
		text := n.Variable + "=" + n.Kind + ":" + n.Part
		if n.Scheme != "" {
			text += ":" + n.Scheme
		}
		if n.NeedsHost {
			text += "@"
		}
		if n.InAddress {
			text += "+"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

const fastApp = "import os\nfrom fastapi import FastAPI\napp = FastAPI()\n"

// databaseApps are apps as people write them, and the databases that they seem to use.
var databaseApps = []struct {
	name          string
	fsys          fstest.MapFS
	offers, names string
}{
	{"Django with parts in variables",
		djangoApp("psycopg2-binary==2.9.9", `{"ENGINE": os.environ.get("SQL_ENGINE", "django.db.backends.sqlite3"), "NAME": os.environ.get("SQL_DATABASE", BASE_DIR / "db.sqlite3"),
    "USER": os.environ.get("SQL_USER", "user"), "PASSWORD": os.environ.get("SQL_PASSWORD", "password"), "HOST": os.environ.get("SQL_HOST", "localhost"), "PORT": os.environ.get("SQL_PORT", "5432")}`),
		"postgres: psycopg2-binary (requirements.txt line 2)",
		"SQL_DATABASE=postgres:name SQL_ENGINE=postgres:engine SQL_HOST=postgres:host SQL_PASSWORD=postgres:password SQL_PORT=postgres:port SQL_USER=postgres:user"},
	{"Django with decouple and names of its own",
		djangoApp("mysqlclient\npython-decouple", `{"ENGINE": "django.db.backends.mysql", "NAME": config("SHOP"), "USER": config("SHOP_LOGIN"), "PASSWORD": config("SHOP_KEY"), "HOST": config("SHOP_AT", default="localhost"), "PORT": config("SHOP_P", cast=int)}`),
		"mariadb: mysqlclient (requirements.txt line 2)",
		"SHOP=mariadb:name SHOP_AT=mariadb:host SHOP_KEY=mariadb:password SHOP_LOGIN=mariadb:user SHOP_P=mariadb:port"},
	{"Django with dj-database-url", djangoApp("psycopg[binary]\ndj-database-url", `dj_database_url.config(default="sqlite:///db.sqlite3", conn_max_age=600)`),
		"postgres: psycopg (requirements.txt line 2)", "DATABASE_URL=postgres:url"},
	{"Django with dj-database-url and a name", djangoApp("psycopg[binary]\ndj-database-url", `dj_database_url.config(env="SHOP_DB", conn_max_age=600)`),
		"postgres: psycopg (requirements.txt line 2)", "SHOP_DB=postgres:url"},
	{"Django with django-environ, Celery and channels",
		djangoApp("psycopg2\ndjango-environ\ncelery[redis]==5.4\nchannels-redis", `env.db("DATABASE_URL", default="postgres:///shop")`,
			"CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': env('CACHE_AT', default='')}, 'slow': env.cache()}",
			"CELERY_BROKER_URL = env('CELERY_BROKER_URL')", "CELERY_RESULT_BACKEND = CELERY_BROKER_URL",
			"CHANNEL_LAYERS = {'default': {'BACKEND': 'channels_redis.core.RedisChannelLayer', 'CONFIG': {'hosts': [(env('REDIS_HOST'), env.int('REDIS_PORT'))]}}}"),
		"postgres: psycopg2 (requirements.txt line 2); redis: celery[redis] (requirements.txt line 4)",
		"CACHE_AT=redis:url CACHE_URL=redis:url:rediscache CELERY_BROKER_URL=redis:broker CELERY_RESULT_BACKEND=redis:result DATABASE_URL=postgres:url REDIS_HOST=redis:host REDIS_PORT=redis:port"},
	{"Flask-SQLAlchemy", files("requirements.txt", "flask\nflask-sqlalchemy\npsycopg2-binary", "app.py", flaskTop+
		"app.config['SQLALCHEMY_DATABASE_URI'] = os.environ.get('SQLALCHEMY_DATABASE_URI') or 'sqlite:///app.db'\n"),
		"postgres: psycopg2-binary (requirements.txt line 3)", "SQLALCHEMY_DATABASE_URI=postgres:url"},
	{"Flask with classes of settings", files("requirements.txt", "flask\nflask-sqlalchemy\npsycopg[binary]\nrq", "config.py",
		"import os\nclass Config:\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL', '').replace('postgres://', 'postgresql://') or 'sqlite:///app.db'\n    REDIS_URL = os.environ.get('REDIS_URL') or 'redis://'\nclass TestingConfig(Config):\n    SQLALCHEMY_DATABASE_URI = os.environ.get('TEST_DATABASE_URL')\nclass DevConfig(Config):\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DEV_DATABASE_URL')\n",
		"app.py", "import config\n"+flaskApp),
		"postgres: psycopg (requirements.txt line 3); redis: rq (requirements.txt line 4)",
		"DATABASE_URL=postgres:url:postgresql+psycopg REDIS_URL=redis:url"},
	{"Flask with an f-string", files("requirements.txt", "flask\nsqlalchemy\nPyMySQL", "app.py", flaskTop+
		"import sqlalchemy\nengine = sqlalchemy.create_engine(f\"mysql+pymysql://{os.environ['MYSQL_USER']}:{os.environ['MYSQL_PASSWORD']}@{os.getenv('MYSQL_HOST')}/{os.getenv('MYSQL_DATABASE', 'shop')}\")\n"),
		"mariadb: pymysql (requirements.txt line 3)",
		"MYSQL_DATABASE=mariadb:name+ MYSQL_HOST=mariadb:host+ MYSQL_PASSWORD=mariadb:password MYSQL_USER=mariadb:user"},
	{"FastAPI with pydantic-settings", files("requirements.txt", "fastapi\nsqlmodel\npsycopg[binary]\npydantic-settings", "app/main.py", "from app.config import settings\n"+fastApp, "app/config.py",
		"from pydantic import PostgresDsn, computed_field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_file='.env')\n    PROJECT_NAME: str\n    POSTGRES_SERVER: str\n    POSTGRES_PORT: int = 5432\n    POSTGRES_USER: str\n    POSTGRES_PASSWORD: str = ''\n    POSTGRES_DB: str = ''\n"+
			"    @computed_field\n    @property\n    def SQLALCHEMY_DATABASE_URI(self) -> PostgresDsn:\n        return MultiHostUrl.build(scheme='postgresql+psycopg', host=self.POSTGRES_SERVER)\nsettings = Settings()\n"),
		"postgres: psycopg (requirements.txt line 3)",
		"POSTGRES_DB=postgres:name+ POSTGRES_PASSWORD=postgres:password POSTGRES_PORT=postgres:port POSTGRES_SERVER=postgres:host+ POSTGRES_USER=postgres:user"},
	{"FastAPI with asyncpg and a prefix", files("requirements.txt", "fastapi\nsqlalchemy[asyncio]\nasyncpg\nredis\npydantic-settings", "main.py", "from config import Settings\nfrom sqlalchemy.ext.asyncio import create_async_engine\n"+fastApp+"engine = create_async_engine(Settings().database_url)\n", "config.py",
		"from pydantic import Field, RedisDsn\nfrom pydantic_settings import BaseSettings\nclass Base(BaseSettings):\n    class Config:\n        env_prefix = 'shop_'\nclass Settings(Base):\n    class Config:\n        env_prefix = 'shop_'\n    database_url: str\n    queue: RedisDsn = 'redis://localhost'\n    cache: str = Field('redis://localhost:6379/1', validation_alias='MY_CACHE')\n    debug: bool = False\n"),
		"postgres: asyncpg (requirements.txt line 3); redis: redis (requirements.txt line 4)",
		"SHOP_DATABASE_URL=postgres:url:postgresql+asyncpg SHOP_QUEUE=redis:url@"},
	{"an address in the source", files("requirements.txt", "flask\nsqlalchemy", "app.py", flaskTop+"DB_URI = os.getenv('DB_URI', 'postgresql+pg8000://u:p@localhost/shop')\n"),
		"postgres: an address postgresql+pg8000:// (app.py line 4)", "DB_URI=postgres:url:postgresql+pg8000"},
	{"RQ and a worker", files("requirements.txt", "flask\nrq", "app.py", flaskTop+"import redis\nfrom rq import Queue\nq = Queue(connection=redis.from_url(os.environ['QUEUE']))\ncache = redis.Redis(host=os.getenv('CACHE_HOST', 'localhost'), port=int(os.getenv('CACHE_PORT', 6379)), db=0)\n"),
		"redis: rq (requirements.txt line 2)", "CACHE_HOST=redis:host CACHE_PORT=redis:port QUEUE=redis:url"},
	{"Celery of Flask", files("requirements.txt", "flask\ncelery\nredis", "app.py", flaskTop+"from celery import Celery\ncelery = Celery(__name__, broker=os.environ.get('REDIS_URL', 'redis://localhost:6379/0'), backend=os.environ.get('REDIS_URL', 'redis://localhost:6379/0'))\n"),
		"redis: redis (requirements.txt line 3)", "CELERY_BROKER_URL=redis:broker CELERY_RESULT_BACKEND=redis:result REDIS_URL=redis:url"},
	{"Celery with settings alone", files("poetry.lock", lockedWith("celery", "redis"), "app.py", flaskApp),
		"redis: redis (poetry.lock)", "CELERY_BROKER_URL=redis:broker"},
	{"Celery on RabbitMQ", files("requirements.txt", "flask\ncelery", "app.py", flaskTop+"from celery import Celery\ncelery = Celery(__name__, broker=os.environ.get('CELERY_BROKER_URL', 'amqp://guest@localhost'), backend=os.environ.get('CELERY_RESULT_BACKEND', 'rpc://'))\n"),
		"", ""},
	{"psycopg2 by hand", files("requirements.txt", "flask\npsycopg2-binary", "app.py", flaskTop+"import psycopg2\ndef db():\n    return psycopg2.connect(host=os.environ['H'], dbname=os.environ['D'], user=os.environ['U'], password=os.environ['PW'])\n"),
		"postgres: psycopg2-binary (requirements.txt line 2)", "D=postgres:name H=postgres:host PW=postgres:password U=postgres:user"},
	{"asyncpg beside SQLAlchemy", files("requirements.txt", "fastapi\nsqlalchemy\nasyncpg", "main.py", fastApp+"import asyncpg\nfrom sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine(os.environ['DB_URI'])\nasync def raw():\n    return await asyncpg.connect(os.environ['DATABASE_URL'])\n"),
		"postgres: asyncpg (requirements.txt line 3)", "DATABASE_URL=postgres:url DB_URI=postgres:url:postgresql+asyncpg"},
	{"MariaDB by hand", files("requirements.txt", "flask\nflask-mysqldb", "app.py", flaskTop+"app.config['MYSQL_HOST'] = os.getenv('DB_HOST')\napp.config['MYSQL_USER'] = os.getenv('DB_USER')\napp.config['MYSQL_DB'] = os.getenv('SHOP')\n"),
		"mariadb: flask-mysqldb (requirements.txt line 2)", "DB_HOST=mariadb:host@ DB_USER=mariadb:user SHOP=mariadb:name"},
	{"compose.yaml", files("requirements.txt", "flask", "app.py", flaskApp, "docker-compose.yml", "services:\n  web:\n    build: .\n  cache:\n    image: redis:7-alpine\n  db:\n    image: docker.io/library/mysql:8\n"),
		`mariadb: the image "docker.io/library/mysql:8" (docker-compose.yml line 7); redis: the image "redis:7-alpine" (docker-compose.yml line 5)`, ""},
	{"MongoDB and mail", files("requirements.txt", "flask\npymongo", "app.py", flaskTop+"m = os.environ.get('MONGO_DB_NAME'), os.environ['MONGODB_URI'], os.environ['MAIL_HOST'], os.getenv('DB_POOL_SIZE', 5), os.getenv('DATABASE_PATH', 'x.db')\n"),
		"", ""},
	{"SQLite alone", files("requirements.txt", "flask", "app.py", flaskTop+"import sqlite3\ndb = sqlite3.connect('shop.db')\n"), "", ""},
}

// lockedWith is a poetry.lock with Flask and these packages.
func lockedWith(packages ...string) string {
	text := ""
	for _, name := range append([]string{"flask"}, packages...) {
		text += "[[package]]\nname = \"" + name + "\"\nversion = \"3.0\"\noptional = false\ngroups = [\"main\"]\n"
	}
	return text
}

// djangoApp is a Django project with these requirements, database and lines of settings.
func djangoApp(requirements, database string, lines ...string) fstest.MapFS {
	text := strings.Replace(djangoSettings, `{"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(os.environ.get("STATE_DIRECTORY", "."), "db")}`, database, 1)
	fsys := djangoFiles(text + "\n" + strings.Join(lines, "\n") + "\n")
	fsys["requirements.txt"] = &fstest.MapFile{Data: []byte("django\n" + requirements + "\n")}
	return fsys
}

func TestServiceNames(t *testing.T) {
	for _, test := range databaseApps {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := offersOf(found); got != test.offers {
				t.Errorf("offers:\n got %s\nwant %s", got, test.offers)
			}
			if got := namesOf(found); got != test.names {
				t.Errorf("names:\n got %s\nwant %s", got, test.names)
			}
			if again, err := Detect(test.fsys, Settings{}); err != nil || !slices.Equal(again.Offers, found.Offers) || !slices.Equal(again.ServiceNames, found.ServiceNames) {
				t.Error("it finds something else the second time")
			}
		})
	}
}
