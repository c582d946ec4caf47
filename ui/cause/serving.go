package cause

import (
	"fmt"
	"regexp"
	"strings"
)

// serving are ways in which a release does not answer as it should.
var serving = []form{
	{line: line(`Failed to find attribute '(\w+)' in '([\w.]+)'`), more: noObject},
	{line: line(`Attribute "(\w+)" not found in module "([\w.]+)"`), more: noObject},
	{line: line(`Could not import module "([\w.]+)"`), next: "there is no module $1 in the app's root: correct it in the Procfile, or write asgi = \"MODULE:OBJECT\" under [app] in slipway.toml"},
	{line: line(`killed by the OOM killer|Result 'oom-kill'|Perhaps out of memory|^MemoryError`), next: "it took more memory than there is: fewer workers (--env WEB_CONCURRENCY=1), or a server with more (--size)"},
	{line: line(`Errno 98\] (?:error while attempting to bind|Address already in use)|(?i)address already in use|port \d+ is (?:already )?in use`), more: wrongPort},
	{line: line(`^PermissionError: \[Errno 13\] Permission denied$|bind.*Permission denied|Permission denied.*bind`), more: wrongPort},
	{line: line(`start-post operation timed out|because a timeout was exceeded`), more: wrongPort},
	{line: line(`did not answer at (\S+) within (\d+) s`), more: tooSlow},
	{line: line(`answered with status (\d+) at (\S+),`), more: wrongStatus},
}

// madeObject is a line that makes a web app, with the name that it gets.
var madeObject = regexp.MustCompile(`^(\w+)\s*(?::[^=]+)?=\s*(?:[\w.]+\.)?(?:Flask|FastAPI|Starlette|Quart|Litestar|Sanic|Dash|Bottle|get_wsgi_application|get_asgi_application|create_app|make_app)\(`)

// noObject is a module that has no object of the name that is served.
func noObject(e evidence, at []string) (Remedy, bool) {
	file := strings.ReplaceAll(at[2], ".", "/") + ".py"
	key := "wsgi"
	if strings.HasPrefix(at[0], "Attribute") {
		key = "asgi"
	}
	for i, text := range e.app.read(file) {
		if made := madeObject.FindStringSubmatch(text); made != nil {
			return then(fmt.Sprintf("%s line %d calls it %s: write %s:%s in the Procfile, or %s = %q under [app] in slipway.toml",
				file, i+1, made[1], at[2], made[1], key, at[2]+":"+made[1]))
		}
	}
	return then(fmt.Sprintf("%s makes no %s: write the object's name, %s = \"%s:NAME\" under [app] in slipway.toml", file, at[1], key, at[2]))
}

// wrongPort is a command that does not listen where it should.
func wrongPort(evidence, []string) (Remedy, bool) {
	return then("the command must listen on 127.0.0.1 and the port in $PORT, no other: in the Procfile, web: COMMAND --port $PORT; in Python, int(os.environ[\"PORT\"])")
}

// neverListened is what systemd says of a command that did not listen on its port.
var neverListened = regexp.MustCompile(`start-post operation timed out|because a timeout was exceeded`)

// tooSlow is a release that was not ready in time.
func tooSlow(e evidence, at []string) (Remedy, bool) {
	if e.says(neverListened) {
		r, _ := wrongPort(e, at)
		r.Next += fmt.Sprintf("; if it does and starts slowly, write time = 180 under [health] in slipway.toml (%s s is the limit)", at[2])
		return r, true
	}
	if e.says(line(`WORKER TIMEOUT`)) {
		return then(fmt.Sprintf("a worker was ended because %s took too long: name a quicker page, path = \"/healthz\" under [health], or allow more, request = \"5m\" under [limits] in slipway.toml", at[1]))
	}
	return then(fmt.Sprintf("%s s is the limit: write time = 180 under [health] in slipway.toml if it starts slowly, or path = \"/healthz\" there if %s itself is slow", at[2], at[1]))
}

// wrongStatus is an answer that is not the wanted one.
func wrongStatus(e evidence, at []string) (Remedy, bool) {
	if r, ok := e.disallowed(); ok {
		return r, true
	}
	switch status := at[1]; {
	case status == "400":
		place, variable := e.app.allowedHosts()
		if variable != "" {
			return Remedy{Next: fmt.Sprintf("Django may refuse the server's address: %s takes the names from a variable, add --env %s=ADDRESS", place, variable), Variable: variable}, true
		}
		if place != "" {
			return then("Django may refuse the server's address: add it to ALLOWED_HOSTS, " + place)
		}
		return then("the app refuses the request: if it is Django, its ALLOWED_HOSTS must name the server's address; or name another page, path = \"/healthz\" under [health] in slipway.toml")
	case status == "404" || status == "405":
		return then(fmt.Sprintf("the app has no page %s: name one that it has, path = \"/\" under [health] in slipway.toml", at[2]))
	case status == "401" || status == "403":
		return then(fmt.Sprintf("%s asks for a login: name a page that does not, path = \"/healthz\" under [health] in slipway.toml", at[2]))
	case strings.HasPrefix(status, "3"):
		return then(fmt.Sprintf("%s leads elsewhere: write status = %s, or another path, under [health] in slipway.toml", at[2], status))
	case status == "502" || status == "503" || status == "504":
		return then("the app says that it is not ready: see why with slipway logs, or allow more, time = 180 under [health] in slipway.toml")
	}
	if e.File != "" {
		return then(fmt.Sprintf("correct %s line %d, which %s runs; slipway logs shows the whole traceback", e.File, e.Number, at[2]))
	}
	return then(`the app does not log why: have it log to standard error (Django: LOGGING = {"version": 1, "handlers": {"console": {"class": "logging.StreamHandler"}}, "root": {"handlers": ["console"]}} in its settings)`)
}

var invalidHost = regexp.MustCompile(`Invalid HTTP_HOST header: '([\w.:\[\]-]+)'`)

// disallowed is Django's refusal of the name that it is asked by.
func (e evidence) disallowed() (Remedy, bool) {
	at := e.find(invalidHost)
	if at == nil {
		return Remedy{}, false
	}
	place, variable := e.app.allowedHosts()
	switch {
	case variable != "":
		return Remedy{Next: fmt.Sprintf("%s takes the names from a variable: add --env %s=%s", place, variable, at[1]), Variable: variable}, true
	case place != "":
		return then(fmt.Sprintf("add %q to ALLOWED_HOSTS, %s", at[1], place))
	}
	return then(fmt.Sprintf("add %q to ALLOWED_HOSTS in Django's settings, or to the variable that they read it from", at[1]))
}

// allowedHosts is the line of Django's settings that sets ALLOWED_HOSTS, and the variable
// that it reads; each is empty if there is none.
func (s source) allowedHosts() (place, variable string) {
	for _, file := range s.settings() {
		for i, text := range s.read(file) {
			if !strings.HasPrefix(text, "ALLOWED_HOSTS") {
				continue
			}
			place = fmt.Sprintf("%s line %d", file, i+1)
			if read := readVariable.FindStringSubmatch(text); read != nil {
				variable = read[1]
			}
			return place, variable
		}
	}
	return "", ""
}

// readVariable is a variable that a line of settings reads.
var readVariable = regexp.MustCompile(`(?:env|environ|config|getenv)\b.*?["']([A-Z][A-Z0-9_]*)["']`)
