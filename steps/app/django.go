package app

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// djangoScript is the name of the file that runs a Django project's commands.
const djangoScript = "manage.py"

// files decides what is built in a new release, and which files are served without
// the app: what slipway.toml says, else what Django's settings say.
func (d *detection) files() error {
	s := d.settings
	d.found.Build, d.found.BuildFolders, d.found.Static = s.Build, s.BuildFolders, s.Static
	if s.Build != "" {
		d.found.because("build command", s.Build, SettingsFile)
	}
	for _, url := range slices.Sorted(maps.Keys(s.Static)) {
		d.found.because("static files", url+" from "+s.Static[url], SettingsFile)
	}
	if d.found.Framework == Django || d.runsDjango() {
		d.django()
	}
	d.buildFrontEnds()
	return nil
}

// runsDjango tells a Django project whose web command does not name the app.
func (d *detection) runsDjango() bool { return d.entry == nil && d.djangoScript() != nil }

// djangoScript is the project's manage.py, or nil if there is none, or several.
func (d *detection) djangoScript() *module {
	var found *module
	for _, p := range d.src.paths {
		if path.Base(p) != djangoScript || neverServed(p) {
			continue
		}
		if found != nil {
			return nil
		}
		found = d.src.modules[p]
	}
	return found
}

// project is a Django project's settings, as far as they can be read in its source.
type project struct {
	src *source
	// script is manage.py; nil if there is none.
	script *module
	// settings is the settings module, and then the modules that it imports with *.
	settings []*module
}

func (d *detection) project() *project {
	p := &project{src: d.src, script: d.djangoScript()}
	for _, m := range []*module{d.entry, p.script} {
		if m == nil || m.settings == "" {
			continue
		}
		if settings := d.src.find(m, m.settings); settings != nil {
			p.take(settings)
			d.found.because("settings", m.settings, m.path)
			break
		}
	}
	return p
}

// take adds a settings module and follows "from .base import *".
func (p *project) take(m *module) {
	if m == nil || slices.Contains(p.settings, m) {
		return
	}
	p.settings = append(p.settings, m)
	for _, star := range m.top.names["*"] {
		p.take(p.src.local(m, *star.imported))
	}
}

// setting is what a name is set to, in the first settings module that sets it. ok is
// false if the name is not set, or set in several ways; m is nil if it is not set.
func (p *project) setting(name string) (m *module, b binding, ok bool) {
	for _, m := range p.settings {
		if bound := m.top.names[name]; len(bound) > 0 {
			return m, bound[0], len(bound) == 1 && bound[0].value != nil
		}
	}
	return nil, binding{}, false
}

// mentions tells whether the value of a setting has a string in it; with an empty
// name, the value of any setting.
func (p *project) mentions(name, text string) bool {
	for _, m := range p.settings {
		for set, bound := range m.top.names {
			if name == "" || set == name {
				if slices.ContainsFunc(bound, func(b binding) bool { return hasString(b.value, text) }) {
					return true
				}
			}
		}
	}
	return false
}

func hasString(tokens []token, text string) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.kind == tokenString && t.text == text })
}

func (d *detection) django() {
	p := d.project()
	d.staticFiles(p)
	d.migrations(p)
	d.hosts(p)
	d.database(p)
	if m, b, ok := p.setting("SECRET_KEY"); ok && len(b.value) == 1 && b.value[0].kind == tokenString {
		d.found.warn(fmt.Sprintf("%s line %d has the SECRET_KEY in the source: read it from a variable and give that with --env-file", m.path, b.line))
	}
}

// staticFiles lets Django collect its static files, and nginx serve them unless
// whitenoise does.
func (d *detection) staticFiles(p *project) {
	if d.found.Build != "" || p.script == nil || !p.mentions("", "django.contrib.staticfiles") {
		return
	}
	m, b, ok := p.setting("STATIC_ROOT")
	if m == nil {
		d.found.warn("Django's static files are not served: set STATIC_ROOT = BASE_DIR / \"staticfiles\" in its settings, or use whitenoise")
		return
	}
	folder := ""
	if ok {
		folder = p.folder(m, b.value)
	}
	if folder == "" {
		d.found.warn(fmt.Sprintf("slipway can't find out which folder %s line %d names (STATIC_ROOT), so static files are not collected: "+
			"set app.build, app.build-folders and app.static in %s", m.path, b.line, SettingsFile))
		return
	}
	from := fmt.Sprintf("STATIC_ROOT in %s line %d", m.path, b.line)
	d.found.Build = "python " + p.script.path + " collectstatic --noinput"
	d.found.because("build command", d.found.Build, from)
	if !slices.Contains(d.found.BuildFolders, folder) {
		d.found.BuildFolders = append(slices.Clone(d.found.BuildFolders), folder)
	}
	if len(d.found.Static) > 0 || p.mentions("", "whitenoise.middleware.WhiteNoiseMiddleware") {
		return
	}
	if url := p.staticURL(); url != "" {
		d.found.Static = map[string]string{url: folder}
		d.found.because("static files", url+" from "+folder, from)
	}
}

// staticURL is the URL path of Django's static files; empty if they are on another
// host.
func (p *project) staticURL() string {
	_, b, ok := p.setting("STATIC_URL")
	if !ok || len(b.value) != 1 || b.value[0].kind != tokenString {
		return ""
	}
	url := "/" + strings.TrimPrefix(b.value[0].text, "/")
	if !staticPath.MatchString(url) {
		return ""
	}
	return url
}

// migrations warns that they are not run, and says how a release would run them. That
// is for the app's owner to decide.
func (d *detection) migrations(p *project) {
	if d.found.Release != "" || p.script == nil {
		return
	}
	if _, _, set := p.setting("DATABASES"); !set || !d.hasMigrations(p) {
		return
	}
	d.found.warn(fmt.Sprintf("Django's migrations are not run: to have each new release run them before it takes over, set release = %q under [app] in %s",
		p.migrate(), SettingsFile))
}

func (p *project) migrate() string { return "python " + p.script.path + " migrate --noinput" }

func (d *detection) hasMigrations(p *project) bool {
	for _, app := range []string{"django.contrib.auth", "django.contrib.admin", "django.contrib.sessions", "django.contrib.contenttypes"} {
		if p.mentions("", app) {
			return true
		}
	}
	return slices.ContainsFunc(d.src.paths, func(file string) bool {
		return path.Base(path.Dir(file)) == "migrations" && path.Base(file) != "__init__.py"
	})
}

// hosts finds the names to which Django answers.
func (d *detection) hosts(p *project) {
	m, b, ok := p.setting("ALLOWED_HOSTS")
	if !ok || len(b.value) == 0 || !b.value[0].is("[") {
		return
	}
	where := fmt.Sprintf("%s line %d", m.path, b.line)
	inside, rest := bracketed(b.value)
	if len(rest) > 0 {
		return
	}
	if len(inside) == 0 {
		d.found.warn("ALLOWED_HOSTS in " + where + " is empty, so Django answers every request with status 400 if DEBUG is off: list the names and addresses of the app there")
		return
	}
	var names []string
	for _, t := range inside {
		if t.kind == tokenString {
			names = append(names, t.text)
		}
	}
	if len(names) > 0 {
		d.found.because("allowed hosts", strings.Join(names, ", "), where)
	}
}

// database warns of an SQLite database in the app's folder: a release can't write it
// there, and the next release would not have it.
func (d *detection) database(p *project) {
	if !p.mentions("DATABASES", "django.db.backends.sqlite3") || p.mentions("", "STATE_DIRECTORY") {
		return
	}
	m, b, _ := p.setting("DATABASES")
	if m == nil {
		return
	}
	d.found.warn(fmt.Sprintf("%s line %d keeps the database in the app's folder, which is read-only on the server and new with each release: "+
		"put it in the folder that os.environ[\"STATE_DIRECTORY\"] names", m.path, b.line))
}

// noteSettings finds os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings").
func (m *module) noteSettings(s statement) {
	for i, t := range s.tokens {
		if t.kind != tokenString || t.text != "DJANGO_SETTINGS_MODULE" {
			continue
		}
		for _, next := range s.tokens[i+1:] {
			if next.kind == tokenString && moduleForm.MatchString(next.text) {
				m.settings = next.text
				return
			}
		}
	}
}
