package releases

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
	"slipway/steps/web"
	"slipway/ui/e2e"
)

const (
	// intrusion is what would run as root if a word of the app's ended where a line ends.
	intrusion = "x\nExecStartPre=+/usr/bin/touch /etc/hostile\nUser=root"
	// importFolder has all that means something to a unit and that a folder's name can have.
	importFolder = `src 100% %n $HOME "q" 'ü' 😀`
)

// told is what the app says of itself.
type told struct {
	Argv, Path, Worker []string
	Variables          map[string]string
	Environ            map[string]string
	URL                string
}

// teller is an app that says what it is told.
const teller = `import json
import os
import sys

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    environ = {k: str(v) for k, v in request.environ.items() if k.startswith("HTTP_") or k.isupper() or k == "wsgi.url_scheme"}
    try:
        with open(os.environ["STATE_DIRECTORY"] + "/worker.json") as f:
            worker = json.load(f)
    except OSError:
        worker = []
    return {"Argv": sys.argv, "Path": sys.path, "Worker": worker, "Variables": dict(os.environ), "Environ": environ, "URL": request.url}
`

const workerText = `import json
import os
import sys
import time

with open(os.environ["STATE_DIRECTORY"] + "/worker.json", "w") as f:
    json.dump(sys.argv[1:], f)
while True:
    time.sleep(60)
`

// workerWords are a process's words, each between single quotes in the Procfile.
var workerWords = []string{"a b", "100%", "%n", "$HOME", "${HOME}", ";", `\n`, `\`, `"`, "größe 😀", "#", "*", "", "+/bin/true", "\u2028\u0085"}

// TestHostileServer deploys words, variables and a folder that would be instructions if
// anything on the way took them for some, and asks as a stranger would.
func TestHostileServer(t *testing.T) {
	localtest.NeedMachines(t)
	for _, image := range []string{"debian-13", "debian-12"} {
		t.Run(image, func(t *testing.T) {
			s := newShop(t, "boundary")
			s.Plain = image != "debian-13" // the one machine of another system is not worth an image
			folder := filepath.Join(s.folder, importFolder)
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			s.write(filepath.Join(importFolder, "teller.py"), teller)
			s.write("worker.py", workerText)
			s.write("slipway.toml", "[app]\ndata = [\"my files/\", \"/tmp/größe x.db\"]\n")
			s.write("Procfile", "web: gunicorn --name $'"+strings.ReplaceAll(intrusion, "\n", `\n`)+"' teller:app\n"+
				"worker: python worker.py '"+strings.Join(workerWords, "' '")+"'\n")
			s.url = s.Deploy("--image", image, s.folder).URL
			t.Run("words", s.words)
			t.Run("variables", s.hostileVariables)
			t.Run("headers", s.headers)
			system := fact.System{ID: "debian", Version: strings.TrimPrefix(image, "debian-")}
			t.Run("another host over HTTPS", func(t *testing.T) { s.otherHost(t, system) })
			t.Run("sites", func(t *testing.T) { s.sites(t, system) })
		})
	}
}

// tells asks the app, over nginx.
func (s *shop) tells(t *testing.T) told {
	t.Helper()
	status, body := e2e.Ask(t, s.url)
	return readTold(t, status == http.StatusOK, body)
}

func readTold(t *testing.T, ok bool, body string) (answer told) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &answer); err != nil || !ok {
		t.Fatalf("%v: %.300q", err, body)
	}
	return answer
}

// words has each word arrive as it is, and none become a line of a unit.
func (s *shop) words(t *testing.T) {
	answer := s.tells(t)
	if want := []string{"gunicorn", "--name", intrusion, "teller:app"}; !slices.Equal(answer.Argv, want) {
		t.Errorf("the app's words are %q, want %q", answer.Argv, want)
	}
	if !slices.ContainsFunc(answer.Path, func(p string) bool { return strings.HasSuffix(p, "/src/"+importFolder) }) {
		t.Errorf("modules are found in %q", answer.Path)
	}
	e2e.Until(t, "the process to tell its words", func() bool { return len(s.tells(t).Worker) > 0 })
	if got := s.tells(t).Worker; !slices.Equal(got, workerWords) {
		t.Errorf("the process's words are %q, want %q", got, workerWords)
	}
	if got := s.Root("boundary", "ls /etc/hostile 2>/dev/null; ps -o user= -C gunicorn,python | grep -x root || :"); got != "" {
		t.Errorf("a word became an instruction: %s", got)
	}
	// In the sandbox of a command that runs once, the words are systemd-run's.
	r := s.Must("run", "boundary", "--", "python", "-c", "import json, sys; print(json.dumps([sys.path, sys.argv[1:]]))", intrusion, "100% $HOME ${X}")
	if last, _ := json.Marshal([]string{intrusion, "100% $HOME ${X}"}); !strings.Contains(strings.ReplaceAll(r.Stdout, ", ", ","), string(last)) {
		t.Errorf("a command's words are %s, want %s", r.Stdout, last)
	}
}

// hostileVariables has the app get all that systemd takes, and what it refuses is refused
// first. A file that systemd can't read is an error.
func (s *shop) hostileVariables(t *testing.T) {
	values := map[string]string{
		"QUOTES": "größe 😀 \"' `x` \\ $HOME %n #", "LINES": "a\n\"\nLD_PRELOAD=/tmp/x.so\n", "TAB": "\t", "MARK": "\ufeff\u2028\ufffd", "LONG": strings.Repeat("x", 131_000),
	}
	var file strings.Builder
	for key, value := range values {
		file.WriteString(key + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + "\"\n")
	}
	path := filepath.Join(s.Home, "variables")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	values["BRACES"] = "${HOME} $X"
	s.Must("env", "set", "--name", "boundary", "--file", path, "BRACES="+values["BRACES"])
	for _, bad := range []string{"BAD=x\ufffe", "BAD=\U0010ffff", "BAD=caf\xe9"} {
		if r := s.Run("env", "set", "--name", "boundary", bad); r.Code != 2 || !strings.Contains(r.Stderr, "BAD") {
			t.Errorf("%.12q: exit %d, %s", bad, r.Code, r.Stderr)
		}
	}
	got := s.tells(t).Variables
	for key, value := range values {
		if got[key] != value {
			t.Errorf("the app has %s = %.200q, want %.200q", key, got[key], value)
		}
	}
	if got["BAD"] != "" || got["LD_PRELOAD"] != "" {
		t.Errorf("the app has %q and %q", got["BAD"], got["LD_PRELOAD"])
	}
	broken := s.Root("boundary", `unit=$(basename /etc/systemd/system/app-boundary-????????????.service)
file=/etc/slipway/variables/${unit#app-boundary-}
file=${file%.service}.env
cp -p "$file" /root/kept.env
printf 'BAD="\357\277\276"\n' >>"$file"
systemctl restart "$unit" 2>/dev/null || echo refused
mv /root/kept.env "$file"
systemctl reset-failed "$unit"
systemctl restart "$unit"`)
	if broken != "refused" {
		t.Errorf("with a file of variables that systemd can't read, the app starts: %q", broken)
	}
}

// makeCertificate is shell text that makes the certificate that HTTPS sites name.
const makeCertificate = `file=/etc/slipway/certificate.pem
[ -e "$file" ] || { openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=good.example -keyout "$file" -out "$file.crt" 2>/dev/null; cat "$file.crt" >>"$file"; }`

// sites has nginx check each site that there can be, with what a release adds to it.
func (s *shop) sites(t *testing.T, system fact.System) {
	p := example.Plan(t)
	p.App.Static = map[string]string{"/static/": "größe \"x\""}
	p.App.Data = []app.Kept{{Path: "my files", URL: "/media/"}, {Path: "/data", URL: "/data/"}}
	streams := p
	streams.App.Server = app.ASGI
	sites := map[string]string{}
	for name, p := range map[string]plan.Plan{
		"HTTP": p, "streams": streams, "one name": example.WithDomains(p, "a.example.com"),
		"more names": example.WithDomains(p, "a.example.com", "b.example.com", "xn--bcher-kva.example"),
	} {
		for _, looked := range []string{"", "names a.example.com\n", "names " + strings.Join(p.Domains(), " ") + "\n"} {
			for path, text := range example.Files(t, web.Proxy.Script(fact.View{Plan: p, System: system, Looked: looked})) {
				sites[name+" "+looked+path] = whole(t, p, text)
			}
		}
		if len(p.Domains()) > 1 {
			sites[name+", one of them secured"] = whole(t, p, web.NginxSite(p, system, p.Domains()[:1]).Content)
		}
	}
	if len(sites) < 8 {
		t.Errorf("there are %d sites", len(sites))
	}
	for name, site := range sites {
		got := s.Root("boundary", shell.Lines(
			"mkdir -p /root/check", makeCertificate,
			shell.File{Path: "/root/check/site", Mode: "644", Content: site}.Put(),
			`sed 's#/etc/nginx/sites-enabled/\*#/root/check/site#' /etc/nginx/nginx.conf >/etc/nginx/slipway-check.conf`,
			`nginx -t -c /etc/nginx/slipway-check.conf 2>&1 | grep -v 'syntax is ok\|test is successful' || :`,
			"rm -rf /root/check /etc/nginx/slipway-check.conf"))
		if got != "" {
			t.Errorf("%q: nginx says: %s\n%s", name, got, site)
		}
	}
}

// whole is a site with the files of the release in the place of the lines that include them.
func whole(t *testing.T, p plan.Plan, site string) string {
	t.Helper()
	v := fact.View{Plan: p, System: example.System()}
	files := example.Files(t, release.Build.Script(v)+"\n"+release.Release.Script(v))
	included := regexp.MustCompile(`include \S+/(limits|static)\.conf\*;`)
	return included.ReplaceAllStringFunc(site, func(line string) string {
		for path, text := range files {
			if filepath.Base(path) == included.FindStringSubmatch(line)[1]+".conf" {
				return text
			}
		}
		t.Errorf("the release has no file for %s", line)
		return ""
	})
}
