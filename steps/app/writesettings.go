package app

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// WriteSettings returns the text of a slipway.toml with what was found: with it in the
// folder, [Detect] finds the same. Keys that have no value yet are in it as comments.
func WriteSettings(found Found, name string, health Health) string {
	w := &settingsWriter{}
	w.comment("How slipway deploys this app. If you remove a line, slipway finds the value out",
		"again. A flag or an environment variable wins over what is written here.")
	w.key("name", name)
	w.blank()
	w.server()
	w.tests(found)
	w.blank()
	w.health(health)
	w.blank()
	w.line("[app]")
	w.run(found)
	w.requirements(found.Requirements)
	w.python(found)
	w.beforehand(found)
	w.data(found)
	w.tables(found)
	w.services(found)
	w.platforms(found)
	w.blank()
	w.comment("The app's own variables. Give secrets with --env-file instead: this file is",
		"likely to be shared.")
	w.comment("[env]", `LOG_LEVEL = "info"`)
	return w.text.String()
}

type settingsWriter struct{ text strings.Builder }

func (w *settingsWriter) line(text string) { w.text.WriteString(text + "\n") }
func (w *settingsWriter) blank()           { w.line("") }

func (w *settingsWriter) comment(lines ...string) {
	for _, text := range lines {
		w.line("# " + oneLineOf(text))
	}
}

// oneLineOf keeps what comes from the app's files inside a comment.
func oneLineOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

func (w *settingsWriter) key(key, value string) { w.line(key + " = " + tomlString(value)) }

// tomlString writes a basic string. Go's %q has escapes that TOML does not have.
func tomlString(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "?") {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// server offers the keys that decide where the app runs: the app's files don't say it.
func (w *settingsWriter) server() {
	w.comment("Where it runs: local, digitalocean, ssh, docker, heroku or app-platform.",
		`provider = "local"`,
		`domain = ["app.example.org"]`,
		`hardening = "standard"`)
}

func (w *settingsWriter) tests(found Found) {
	w.blank()
	w.comment("Run in each new release; if it fails, the release gets no traffic.")
	if found.TestCommand == "" {
		w.comment(`test-command = "python -m pytest"`)
		return
	}
	w.key("test-command", found.TestCommand)
}

// health writes the keys that are set and offers the others.
func (w *settingsWriter) health(h Health) {
	w.comment("When a new release counts as healthy and takes the traffic.")
	offer := func(set bool, line string) {
		if set {
			w.line(line)
			return
		}
		w.comment(line)
	}
	path, status, time := "/", 200, 60
	if h.Path != "" {
		path = h.Path
	}
	if h.Status != 0 {
		status = h.Status
	}
	if h.Time != 0 {
		time = h.Time
	}
	offer(h != Health{}, "[health]")
	offer(h.Path != "", "path = "+tomlString(path))
	offer(h.Status != 0, fmt.Sprintf("status = %d", status))
	offer(h.Time != 0, fmt.Sprintf("time = %d", time))
}

// run says what is served, and why.
func (w *settingsWriter) run(found Found) {
	for _, r := range found.Reasons {
		if r.Subject == "web app" || r.Subject == "web command" || r.Subject == "framework" {
			w.comment(fmt.Sprintf("%s: %s, from %s", r.Subject, r.Value, r.Source))
		}
	}
	switch {
	case found.Command != "":
		w.key("command", found.Command)
	case found.Server == ASGI:
		w.key("asgi", found.Target)
	case found.Target != "":
		w.key("wsgi", found.Target)
	}
}

// beforehand writes what is run in a release before it serves the app.
func (w *settingsWriter) beforehand(found Found) {
	w.blank()
	w.comment("Makes files in each new release. It can write only to these folders of the release.")
	if found.Build == "" {
		w.comment(`build = "python manage.py collectstatic --noinput"`, `build-folders = ["staticfiles"]`)
	} else {
		w.key("build", found.Build)
		w.line("build-folders = " + tomlList(found.BuildFolders))
	}
	w.blank()
	w.comment("Run in each new release before it serves the app, with the app's variables and data.")
	if found.Release == "" {
		w.comment(`release = "python manage.py migrate --noinput"`)
		return
	}
	w.key("release", found.Release)
}

// data writes what every release keeps.
func (w *settingsWriter) data(found Found) {
	w.blank()
	w.comment("Folders and files that the app writes beside its code. Every release keeps them.")
	var kept []string
	for _, k := range found.Data {
		kept = append(kept, k.Shown())
	}
	if len(kept) == 0 {
		w.comment(`data = ["uploads/", "shop.db"]`)
		return
	}
	w.line("data = " + tomlList(kept))
}

// tables writes the keys that are tables; in TOML they come last.
func (w *settingsWriter) tables(found Found) {
	w.table("Files that are served without the app: the path, and the folder in the release.", "[app.static]", found.Static, `"/static/" = "static"`)
	w.table("What runs beside the web app. It is started once a release serves the app.", "[app.processes]", found.Processes, `worker = "python worker.py"`)
}

// services offers the databases that the app seems to use, and the place of backups.
func (w *settingsWriter) services(found Found) {
	w.blank()
	w.comment("Databases beside the app: postgres, redis and mariadb.")
	for _, o := range found.Offers {
		w.comment("The app has " + o.Why + ".")
	}
	w.comment("[services]")
	for _, o := range found.Offers {
		w.comment(o.Kind + " = true")
	}
	if len(found.Offers) == 0 {
		w.comment("postgres = true")
	}
	w.comment(`names = { DB_URI = "postgres:url" }   # beside the variables that are found in the source`)
	w.blank()
	w.comment("Where backups go: s3:, sftp:, spaces: or local:. Without it there are none.",
		"[backup]", `to = "s3:https://s3.example.com/bucket/path"`, `at = "03:30"`, `keep = "7 daily, 4 weekly, 6 monthly"`)
}

// platforms offers the tables that only one provider reads.
func (w *settingsWriter) platforms(found Found) {
	w.blank()
	w.comment("More for a droplet: DigitalOcean's own weekly backups, an address that outlives the",
		"droplet, its private network and its project.",
		"[digitalocean]", "backups = true", "reserved-ip = true",
		`vpc = "00000000-0000-4000-8000-000000000000"`, `project = "name"`)
	w.blank()
	w.comment("How many dynos a process has on Heroku, and the team that owns the app.",
		"[heroku]", "web = 1")
	for _, name := range slices.Sorted(maps.Keys(found.Processes)) {
		w.comment(name + " = 1")
	}
	w.comment(`team = "name"`)
	w.blank()
	w.comment("How many instances a process has on DigitalOcean's App Platform; web can follow the load.",
		"[app-platform]", `web = "2..10"`)
	for _, name := range slices.Sorted(maps.Keys(found.Processes)) {
		w.comment(name + " = 1")
	}
}

func (w *settingsWriter) table(about, heading string, entries map[string]string, example string) {
	w.blank()
	w.comment(about)
	if len(entries) == 0 {
		w.comment(heading, example)
		return
	}
	w.line(heading)
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		w.key(tomlString(key), entries[key])
	}
}

func tomlList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = tomlString(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func (w *settingsWriter) requirements(req Requirements) {
	w.blank()
	if req.Source == "" {
		w.comment("By its imports, the app needs no packages.", `requirements = "requirements.txt"`)
		return
	}
	w.comment("What is installed for it.")
	_, isLock := lockReaders[path.Base(req.Source)]
	switch {
	case len(req.Files) == 1:
		w.key("requirements", req.Files[0])
	case isLock || path.Ext(req.Source) == ".toml":
		w.key("requirements", req.Source)
	default:
		w.comment(fmt.Sprintf("Found by the %s: %s.", req.Source, strings.Join(req.Packages, ", ")), `requirements = "requirements.txt"`)
	}
}

func (w *settingsWriter) python(found Found) {
	w.blank()
	w.comment("The version of Python that the app needs.")
	if !pythonForm.MatchString(found.PythonVersion) {
		w.comment(`python = ">=3.11"`)
		return
	}
	w.key("python", found.PythonVersion)
}
