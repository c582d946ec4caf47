package app

import (
	"reflect"
	"strings"
	"testing"
)

func TestDetectProcfile(t *testing.T) {
	for _, test := range []struct {
		name, web                          string
		command, target, server, framework string
		args                               []string
	}{
		{"gunicorn", "gunicorn shop:site --bind 0.0.0.0:$PORT -w 3", "gunicorn shop:site --bind 0.0.0.0:$PORT -w 3", "shop:site", "wsgi", "flask", []string{"shop:site", "-w", "3"}},
		{"gunicorn, short bind", "gunicorn -b :$PORT 'shop:create_app(\"x\")'", "gunicorn -b :$PORT 'shop:create_app(\"x\")'", `shop:create_app("x")`, "wsgi", "", []string{`shop:create_app("x")`}},
		{"gunicorn's own default", "gunicorn shop --log-file -", "gunicorn shop --log-file -", "shop:application", "wsgi", "", []string{"shop", "--log-file", "-"}},
		{"module last", "gunicorn --log-file=- shop", "gunicorn --log-file=- shop", "shop:application", "wsgi", "", []string{"--log-file=-", "shop"}},
		{"another variable", "gunicorn shop:site -w ${WEB_CONCURRENCY:-2}", "gunicorn shop:site -w ${WEB_CONCURRENCY:-2}", "shop:site", "wsgi", "flask", nil},
		{"python -m", "python -m gunicorn shop:site", "python -m gunicorn shop:site", "shop:site", "wsgi", "flask", []string{"shop:site"}},
		{"uvicorn worker", "gunicorn -k uvicorn.workers.UvicornWorker shop:api", "gunicorn -k uvicorn.workers.UvicornWorker shop:api", "shop:api", "asgi", "fastapi", []string{"-k", "uvicorn.workers.UvicornWorker", "shop:api"}},
		{"uvicorn", "uvicorn shop:api --host 0.0.0.0 --port $PORT", "uvicorn shop:api --host 0.0.0.0 --port $PORT", "shop:api", "asgi", "fastapi", nil},
		{"several commands", "cd x && gunicorn shop:site", "cd x && gunicorn shop:site", "", "wsgi", "", nil},
		{"variables before it", "GREETING='hi there' gunicorn shop:site", "GREETING='hi there' gunicorn shop:site", "shop:site", "wsgi", "flask", nil},
		{"another program starts it", "newrelic-admin run-program gunicorn shop:site", "newrelic-admin run-program gunicorn shop:site", "shop:site", "wsgi", "flask", nil},
		{"in a folder", "cd inner && uvicorn own:api --port $PORT", "cd inner && uvicorn own:api --port $PORT", "own:api", "asgi", "fastapi", nil},
		{"substitution is not run", "gunicorn $(touch /tmp/x) shop:site", "gunicorn $(touch /tmp/x) shop:site", "", "wsgi", "", nil},
		{"development server", "python web.py", "", "web:app", "wsgi", "flask", nil},
		{"flask run", "flask --app web run --host 0.0.0.0 --port $PORT", "", "web:app", "wsgi", "flask", nil},
		{"python -m flask", "python -m flask -A web.py run -p $PORT", "", "web:app", "wsgi", "flask", nil},
		{"flask's other commands", "flask custom", "flask custom", "", "wsgi", "", nil},
		{"other script", "python serve.py --port $PORT", "python serve.py --port $PORT", "", "wsgi", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Detect(files(
				"requirements.txt", "", "Procfile", "release: flask db upgrade\r\nweb: "+test.web+"\r\n# no\nworker: celery -A x\n",
				"shop.py", "from flask import Flask\nfrom fastapi import FastAPI\nsite = Flask('a')\napi = FastAPI()\n",
				"inner/own.py", "from fastapi import FastAPI\napi = FastAPI()\n", "web.py", flaskApp, "serve.py", "import http.server\n",
			), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Command != test.command || got.Target != test.target || got.Server != test.server || got.Framework != test.framework {
				t.Errorf("got %q, %q, %s, %s", got.Command, got.Target, got.Server, got.Framework)
			}
			if !reflect.DeepEqual(got.GunicornArgs, test.args) {
				t.Errorf("got %q", got.GunicornArgs)
			}
			if want := map[string]string{"worker": "celery -A x"}; !reflect.DeepEqual(got.Processes, want) || got.Release != "flask db upgrade" {
				t.Errorf("got %q, %q", got.Processes, got.Release)
			}
		})
	}
}

func TestBeforeServer(t *testing.T) {
	for command, want := range map[string][2]string{
		"python manage.py migrate && gunicorn shop.wsgi":                                              {"python manage.py migrate", "gunicorn shop.wsgi"},
		"python manage.py migrate && python manage.py collectstatic --no-input && gunicorn shop.wsgi": {"python manage.py migrate", "gunicorn shop.wsgi"},
		"python manage.py collectstatic --noinput; gunicorn shop.wsgi":                                {"", "gunicorn shop.wsgi"},
		"flask db upgrade; flask compile > /dev/null; gunicorn shop:app":                              {"flask db upgrade || : && flask compile > /dev/null || :", "gunicorn shop:app"},
		"alembic upgrade head && python seed.py ; uvicorn shop:app --port $PORT":                      {"alembic upgrade head && python seed.py || :", "uvicorn shop:app --port $PORT"},
		"DEBUG=1 python seed.py && exec uvicorn shop:app --port $PORT":                                {"DEBUG=1 python seed.py", "exec uvicorn shop:app --port $PORT"},
		"cd shop && gunicorn shop:app":                                                                {},
		"export A=1; gunicorn shop:app":                                                               {},
		"A=1; gunicorn shop:app":                                                                      {},
		"python worker.py & gunicorn shop:app":                                                        {},
		"python seed.py | tee log && gunicorn shop:app":                                               {},
		"python seed.py || gunicorn shop:app":                                                         {},
		"flask db upgrade && ./serve":                                                                 {},
		"gunicorn shop:app":                                                                           {},
		"gunicorn 'shop":                                                                              {},
	} {
		if before, server := beforeServer(command); before != want[0] || server != want[1] {
			t.Errorf("%s: %q, %q", command, before, server)
		}
	}
	got, err := Detect(files("requirements.txt", "", "shop.py", flaskApp, "Procfile", "release: a | b\nweb: flask db upgrade && gunicorn shop:app\n"), Settings{})
	if err != nil || got.Command != "gunicorn shop:app" || got.Target != "shop:app" || got.Release != "{ a | b; } && flask db upgrade" {
		t.Errorf("got %q, %q, %q, %v", got.Command, got.Target, got.Release, err)
	}
}

func TestDetectProcfileWithoutPort(t *testing.T) {
	for web, warned := range map[string]bool{
		"uvicorn a:app --port 8000": true, "uvicorn a:app --port $PORT": false, "gunicorn a:app": false, "python serve.py": false,
	} {
		got, err := Detect(files("a.py", flaskApp, "serve.py", "", "requirements.txt", "", "Procfile", "web: "+web+"\n"), Settings{})
		if err != nil || (len(got.Warnings) == 1) != warned {
			t.Errorf("%s: %q, %v", web, got.Warnings, err)
		}
	}
}

// TestHostileNames refuses what a process can't be named, by the line that names it.
func TestHostileNames(t *testing.T) {
	long := strings.Repeat("w", 230)
	for line, refused := range map[string]bool{
		"worker: a": false, "Worker_2-x: a": false, strings.Repeat("w", 64) + ": a": false,
		long + ": a": true, strings.Repeat("w", 65) + ": a": true, "wörker: a": true, "../x: a": true, "a/b: a": true, "a%n: a": true,
		"a\x1b[2J: a": true, "a\u2028b: a": true, "a.service: a": true,
	} {
		got, err := Detect(files("shop.py", flaskApp, "requirements.txt", "", Procfile, "# one\n"+line+"\n"), Settings{})
		if (err != nil) != refused || err != nil && !strings.HasPrefix(err.Error(), "Procfile line 2 names a process ") {
			t.Errorf("%q: %v, %q", line, err, got.Processes)
		}
		if err != nil && (len(err.Error()) > 200 || strings.ContainsAny(err.Error(), "\x1b\u2028")) {
			t.Errorf("the error has the name as it is: %q", err)
		}
	}
}

// TestHostileWords refuses what systemd or Linux can't carry, whatever its source, and
// takes all else.
func TestHostileWords(t *testing.T) {
	const web = "web command (Procfile line 1) "
	for name, c := range map[string]struct {
		procfile, toml, want string
	}{
		"plain":               {"web: gunicorn shop:app --name 'größe 😀 100% $HOME \"x\"'", "", ""},
		"a newline":           {`web: gunicorn shop:app --name $'x\nExecStartPre=+/bin/true'`, "", ""},
		"a line separator":    {"web: gunicorn shop:app --name 'x\u2028y\u0085z'", "", ""},
		"NUL":                 {`web: gunicorn shop:app --name $'x\0y'`, "", ""}, // a shell ends the word there
		"Latin-1":             {`web: gunicorn shop:app --name $'caf\xe9'`, "", web + "is not UTF-8"},
		"U+FFFE":              {"web: gunicorn shop:app --name 'x\ufffe'", "", web + "has the character U+FFFE"},
		"U+FDD0 in a process": {"web: gunicorn shop:app\nworker: echo \ufdd0", "", "process worker (Procfile line 2) has the character U+FDD0"},
		"U+10FFFF":            {"web: gunicorn shop:app\nrelease: echo \U0010ffff", "", "release command (Procfile line 2) has the character U+10FFFF"},
		"a long command":      {"web: gunicorn shop:app " + strings.Repeat("x", MaxWord), "", "Procfile can't be read: line 1 has 131"},
		"NUL in slipway.toml": {"", `test-command = "echo \u0000"`, "test-command has a NUL character"},
		"U+FFFF in a build":   {"", "[app]\nbuild = \"echo \\uFFFF\"\nbuild-folders = [\"out\"]", "build command (slipway.toml) has the character U+FFFF"},
		"a folder's newline":  {"", "[app]\nbuild = \"make\"\nbuild-folders = [\"a\\nb\"]", `the folder "a\nb" has a control character`},
	} {
		fsys := files("shop.py", flaskApp, "requirements.txt", "", Procfile, c.procfile, SettingsFile, c.toml)
		file, err := ReadSettings(fsys)
		if err == nil {
			_, err = Detect(fsys, file.App)
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
