//go:build linux

package hostile

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// intrusions are lines that would be root's if a word of the app's ended where a line
// ends. Each is the rest of a word.
const (
	runsAsRoot = `ExecStartPre=+/usr/bin/touch /etc/hostile`
	isRoot     = `User=root`
)

// ownServer is a server of the app's own, which listens on $PORT.
const ownServer = `
import http.server
import os

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
`

// worker is a process that stays.
const worker = "import time\n\nwhile True:\n    time.sleep(60)\n"

func procfile(lines ...string) files { return files{"Procfile": strings.Join(lines, "\n") + "\n"} }

// with is the same files and others.
func (f files) with(path, content string) files {
	all := files{path: content}
	maps.Copy(all, f)
	return all
}

func settings(lines ...string) files { return files{"slipway.toml": strings.Join(lines, "\n") + "\n"} }

// unitAttacks are texts of the app's that reach a unit or nginx.
var unitAttacks = []attack{
	{name: "a newline in a word of gunicorn", files: procfile(`web: gunicorn --name $'x\n` + runsAsRoot + `' app:app`), refused: "Procfile line 1"},
	{name: "a newline in a word, another user", files: procfile(`web: gunicorn --name $'x\n` + isRoot + `' app:app`), refused: "Procfile line 1"},
	{name: "a backslash and an n", files: procfile(`web: gunicorn --name "x\n` + runsAsRoot + `" app:app`), refused: "Procfile line 1"},
	{name: "an escaped newline in octal", files: procfile(`web: gunicorn --name 'x\012` + isRoot + `' app:app`), refused: "Procfile line 1"},
	{name: "a carriage return", files: procfile(`web: gunicorn --name $'x\r` + isRoot + `' app:app`), refused: "Procfile line 1"},
	{name: "a backslash at the end", files: procfile(`web: gunicorn --name 'x\' app:app`), refused: "Procfile line 1"},
	{name: "Latin-1 by an escape", files: procfile(`web: gunicorn --name $'caf\xe9' app:app`), refused: "Procfile line 1"},
	{name: "NUL by an escape", files: procfile(`web: gunicorn --name $'x\x00y' app:app`), refused: "Procfile line 1"},
	{name: "prefixes of systemd", files: procfile(`web: gunicorn --name '+!!|@-:x' app:app`), refused: "Procfile line 1"},
	{name: "a specifier", files: procfile(`web: gunicorn --name '%n %H %h ${HOME} $HOME' app:app`), must: "deploy"},
	{name: "quotes and umlauts", files: procfile(`web: gunicorn --name "it's \"schön\" ☃; x" app:app`), must: "deploy"},
	{name: "a word of the app's own server", files: procfile(`web: python server.py $'x\n`+isRoot+`'`).with("server.py", ownServer), refused: "Procfile line 1"},
	{name: "a separator of lines in Unicode", files: procfile("web: gunicorn --name 'x\u2028" + isRoot + "\u0085" + isRoot + "' app:app"), refused: "Procfile line 1"},
	{name: "a process with a newline", files: procfile(`web: gunicorn app:app`, `worker: python worker.py $'x\n`+runsAsRoot+`'`).with("worker.py", worker), refused: "Procfile line 2"},
	{name: "a process with a long name", files: procfile(`web: gunicorn app:app`, strings.Repeat("w", 230)+`: python worker.py`).with("worker.py", worker), refused: "Procfile line 2", must: "refuse"},
	{name: "a process named like a unit's suffix", files: procfile(`web: gunicorn app:app`, `-proxy: python worker.py`).with("worker.py", worker), refused: "Procfile line 2"},
	{name: "app.command", files: settings(`[app]`, `command = "gunicorn --name 'x\n`+runsAsRoot+`' app:app"`), refused: "app.command", must: "refuse"},
	{name: "app.command with an escape", files: settings(`[app]`, `command = '''gunicorn --name $'x\n`+runsAsRoot+`' app:app'''`), refused: "app.command"},
	{name: "app.wsgi", files: settings(`[app]`, `wsgi = "app:app\n`+isRoot+`"`), refused: "app.wsgi", must: "refuse"},
	{name: "app.wsgi, a factory's words", files: settings(`[app]`, `wsgi = "app:make('x\n`+isRoot+`')"`), refused: "app.wsgi", must: "refuse"},
	{name: "app.release", files: settings(`[app]`, `release = "true\n`+isRoot+`"`), refused: "app.release", must: "refuse"},
	{name: "app.processes", files: settings(`[app.processes]`, `"x\n`+isRoot+`" = "true"`), refused: "app.processes", must: "refuse"},
	{name: "app.static, the path", files: settings(`[app.static]`, `"/s/ { root /etc; } location /" = "static"`).with("static/x", "x"), refused: "app.static", must: "refuse"},
	{name: "app.static, the folder", files: settings(`[app.static]`, `"/s/" = "x\n\"; root /etc; #"`).with("x\n\"; root /etc; #/x", "x"), refused: "root /etc"},
	{name: "app.data", files: settings(`[app]`, `data = ["x\nBindPaths=/etc:/x/"]`), refused: "app.data", must: "refuse"},
	{name: "app.data with a colon", files: settings(`[app]`, `data = ["x:/etc/"]`), refused: "x:/etc"},
	{name: "app.data with a specifier", files: settings(`[app]`, `data = ["%h/../etc/"]`), refused: "app.data"},
	{name: "app.build-folders", files: settings(`[app]`, `build = "true"`, `build-folders = ["x /etc"]`).with("x /etc/x", "x"), must: "deploy"},
	{name: "app.packages, an option", files: settings(`[app]`, `packages = ["-oDPkg::Pre-Invoke::=touch /etc/hostile"]`), refused: "app.packages", must: "refuse"},
	{name: "app.python", files: settings(`[app]`, `python = "3.13; touch /etc/hostile"`), refused: "python", must: "refuse"},
	{name: "health.path", files: settings(`[health]`, `path = "/\" ; touch /etc/hostile; \""`), refused: "health"},
	{name: "limits.upload", files: settings(`[limits]`, `upload = "1M; root /etc"`), refused: "limits", must: "refuse"},
	{name: "a folder with a newline", files: procfile(`web: gunicorn --pythonpath $'back\n`+isRoot+`' app:app`).with("back\n"+isRoot+"/app.py", harmlessApp), refused: "Procfile line 1"},
	{name: "a folder with a quote and a percent", files: procfile(`web: gunicorn --pythonpath "b%n'q ü" app:app`).with("b%n'q ü/app.py", harmlessApp), must: "deploy"},
	{name: "a folder that is found", files: files{"Procfile": "# none\n", "requirements.txt": "flask\ngunicorn\n", "app.py": "# elsewhere\n", "back\n" + isRoot + "/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
		"back\n" + isRoot + "/x.txt": "x"}, refused: isRoot},
}

// variableAttacks are the app's variables, of which systemd reads a file.
var variableAttacks = []attack{
	{name: "a character that systemd refuses", args: []string{"--env", "BAD=x\ufffey"}, refused: "BAD", after: hasBAD("x\ufffey")},
	{name: "another one", args: []string{"--env", "BAD=x\U0001fffff"}, refused: "BAD", after: hasBAD("x\U0001fffff")},
	{name: "no UTF-8", args: []string{"--env", "BAD=caf\xe9"}, refused: "BAD"},
	{name: "a newline and an assignment", args: []string{"--env", "BAD=x\"\nLD_PRELOAD=/tmp/x.so\n"}, must: "deploy", after: hasBAD("x\"\nLD_PRELOAD=/tmp/x.so\n")},
	{name: "quotes, dollars and backslashes", args: []string{"--env", `BAD='"$HOME ${HOME} %h \n \`}, must: "deploy", after: hasBAD(`'"$HOME ${HOME} %h \n \`)},
	{name: "NUL in slipway.toml", files: settings(`[env]`, `BAD = "x\u0000y"`), refused: "BAD", must: "refuse"},
	{name: "a name that is none", files: settings(`[env]`, `"X=1\nUser" = "root"`), refused: "slipway.toml", must: "refuse"},
	{name: "an escape sequence", args: []string{"--env", "BAD=\x1b]0;x\a"}, refused: "BAD", after: hasBAD("\x1b]0;x\a")},
}

// hasBAD asks the app for the variable BAD; its other variables must be there too.
func hasBAD(value string) func(*testing.T, *e2e.Operator, result) {
	return func(t *testing.T, _ *e2e.Operator, r result) {
		if r.Code != 0 {
			t.Errorf("exit %d:\n%s", r.Code, r.Stderr)
			return
		}
		_, body := e2e.Ask(t, urlOf(r))
		var told struct{ Variables map[string]string }
		if err := json.Unmarshal([]byte(body), &told); err != nil {
			t.Fatalf("%v: %q", err, body)
		}
		if told.Variables["BAD"] != value || told.Variables["SECRET"] != secret {
			t.Errorf("the app has BAD=%q and SECRET=%q", told.Variables["BAD"], told.Variables["SECRET"])
		}
	}
}

// urlOf is the last line of a run.
func urlOf(r result) string {
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	return lines[len(lines)-1]
}
