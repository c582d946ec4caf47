package app

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// instanceFolder is the name of Flask's folder for what an app keeps.
const instanceFolder = "instance"

// flaskModule is the module that makes the Flask app; nil if it is not known.
func (d *detection) flaskModule() *module {
	m, _ := d.flaskCall()
	return m
}

// flaskCall is the call that makes the app of Flask, or of Quart, which has the same folders.
func (d *detection) flaskCall() (*module, line) {
	f := &finder{detection: d}
	modules := d.src.paths
	if d.entry != nil {
		modules = append([]string{d.entry.path}, modules...)
	}
	for _, p := range modules {
		if neverServed(p) {
			continue
		}
		for _, l := range d.src.modules[p].parsed().lines {
			for i, t := range l.tokens {
				if t.kind != tokenName || i > 0 && l.tokens[i-1].is(".") {
					continue
				}
				callee, rest := dotted(l.tokens[i:])
				made := constructors[f.importedName(l.scope, callee)].framework
				if len(rest) > 0 && rest[0].is("(") && (made == Flask || made == "quart") {
					return d.src.modules[p], line{rest, l.scope}
				}
			}
		}
	}
	return nil, line{}
}

// instancePaths are the folder that Flask has for an instance, as Flask computes it:
// beside the module or the package that makes the app.
func (d *detection) instancePaths() []string {
	m, call := d.flaskCall()
	if m == nil {
		return nil
	}
	inside, _ := bracketed(call.tokens)
	if told := argumentOf(split(inside, ","), -1, "instance_path"); told != nil {
		return d.reader(call.scope).texts(told)
	}
	base, _ := d.src.target(m)
	return []string{path.Join(appRoot, base, instanceFolder)}
}

// instance keeps Flask's instance folder if the app uses it.
func (f *finder) instance(modules []*module) {
	for _, m := range modules {
		if !m.traits.instance {
			continue
		}
		for _, l := range m.parsed().lines {
			for i, t := range l.tokens {
				asked := t.is("instance_path") && i > 0 && l.tokens[i-1].is(".") || t.is("open_instance_resource") ||
					t.is("instance_relative_config") && i+2 < len(l.tokens) && l.tokens[i+2].is("True")
				if asked {
					f.instanceOf(l.at(i))
					return
				}
			}
		}
	}
}

func (f *finder) instanceOf(source string) {
	for _, text := range f.instancePaths() {
		if name, inside := insideApp(text, ""); inside {
			f.keep(foundKept{Kept: Kept{Path: name}, source: source})
		} else {
			f.outside(text, source, false)
		}
	}
}

// flaskSQLAlchemy is the folder to which relative addresses belong: since version 3 the
// instance folder, before it the folder of the module or package.
func (d *detection) flaskSQLAlchemy(modules []*module) (folder string, ok bool) {
	for _, m := range modules {
		if !slices.ContainsFunc(m.imports, func(imp pyImport) bool { return imp.module == "flask_sqlalchemy" }) {
			continue
		}
		if made := d.flaskModule(); made != nil && d.found.below("flask-sqlalchemy", "3") {
			return path.Dir(made.path), true
		}
		for _, text := range d.instancePaths() {
			if name, inside := insideApp(text, ""); inside {
				return name, true
			}
		}
	}
	return "", false
}

// uploadName is a setting of an upload folder: Flask's own documentation calls it
// UPLOAD_FOLDER, Flask-Uploads and Flask-Reuploaded have UPLOADED_…_DEST.
var uploadName = regexp.MustCompile(`^(([A-Z0-9]+_)*UPLOADS?_(FOLDER|DIR|DIRECTORY|PATH|ROOT)|UPLOADED_[A-Z_]+_DEST|UPLOADS_DEFAULT_DEST|SESSION_FILE_DIR|CACHE_DIR|SESSION_FILE_PATH|WHOOSH_BASE)$`)

// addressName is a setting of a database's address.
var addressName = regexp.MustCompile(`^(SQLALCHEMY_)?(ASYNC_)?DATABASE_UR[IL]$`)

// configured keeps what settings of known names say.
func (f *finder) configured() {
	for _, name := range slices.Sorted(maps.Keys(f.configs)) {
		for _, s := range f.config(name) {
			source := fmt.Sprintf("%s in %s line %d", name, s.scope.module.path, s.value[0].line)
			texts := f.reader(s.scope).texts(s.value)
			switch {
			case addressName.MatchString(name):
				f.addresses(texts, fmt.Sprintf("%s line %d", s.scope.module.path, s.value[0].line))
			case uploadName.MatchString(name):
				f.keepFolder(texts, true, source)
			case name == "SESSION_TYPE" && slices.Contains(texts, "filesystem") && f.configs["SESSION_FILE_DIR"] == nil:
				f.keepFolder([]string{"flask_session"}, true, source)
			}
		}
	}
}

// djangoData keeps Django's SQLite databases and its uploads.
func (f *finder) djangoData() {
	if f.served == nil {
		return
	}
	for _, m := range f.served.settings {
		for _, l := range m.parsed().lines {
			f.djangoDatabases(l, l.tokens)
		}
	}
	m, b, ok := f.served.setting("MEDIA_ROOT")
	if !ok {
		return
	}
	source := fmt.Sprintf("MEDIA_ROOT in %s line %d", m.path, b.line)
	for _, text := range f.reader(m.parsed().top).texts(b.value) {
		name, inside := insideApp(text, "")
		if inside && f.holdsOnly(name, func(file string) bool { return path.Ext(file) != ".py" }) {
			f.keep(foundKept{Kept: Kept{Path: name, URL: f.mediaURL()}, source: source})
		} else if k, why := outsideFolder(path.Clean(text)); !inside && why == "" && strings.HasPrefix(text, "/") && !k.Temporary() {
			k.URL = f.mediaURL()
			f.keep(foundKept{Kept: k, source: source})
		}
	}
}

// mediaURL is the URL path of what visitors uploaded; "" if it is on another host, or
// the web server has other files there.
func (f *finder) mediaURL() string {
	m, b, ok := f.served.setting("MEDIA_URL")
	if !ok {
		return ""
	}
	texts := f.reader(m.parsed().top).texts(b.value)
	if len(texts) != 1 {
		return ""
	}
	url := "/" + strings.TrimPrefix(texts[0], "/")
	if !staticPath.MatchString(url) || f.found.Static[url] != "" {
		return ""
	}
	return url
}

// djangoDatabases finds {"ENGINE": "…sqlite3", "NAME": …}, in any dictionary.
func (f *finder) djangoDatabases(l line, tokens []token) {
	for i, t := range tokens {
		if !t.is("{") {
			continue
		}
		inside, _ := bracketed(tokens[i:])
		engine, name := false, []token(nil)
		for _, entry := range split(inside, ",") {
			pair := split(entry, ":")
			if len(pair) != 2 {
				continue
			}
			switch tokenText(pair[0]) {
			case "ENGINE":
				engine = slices.ContainsFunc(pair[1], func(t token) bool {
					return t.kind == tokenString && (strings.HasSuffix(t.text, "sqlite3") || strings.HasSuffix(t.text, "spatialite"))
				})
			case "NAME":
				name = pair[1]
			}
		}
		if engine && len(name) > 0 {
			f.keepDatabase(f.reader(l.scope).texts(name), "", fmt.Sprintf("%s line %d", l.scope.module.path, name[0].line))
		}
	}
}

// celeryBeat keeps the file in which Celery's scheduler notes what it has run.
func (f *finder) celeryBeat() {
	lines := []string{f.found.Command}
	for _, name := range slices.Sorted(maps.Keys(f.found.Processes)) {
		lines = append(lines, f.found.Processes[name])
	}
	for _, command := range lines {
		words := strings.Fields(command)
		beats := slices.Contains(words, "beat") || slices.Contains(words, "-B")
		if !slices.Contains(words, "celery") || !beats || strings.Contains(command, "--schedule") || strings.Contains(command, " -s") || strings.Contains(command, "DatabaseScheduler") {
			continue
		}
		for _, name := range []string{"celerybeat-schedule", "celerybeat-schedule.db"} {
			f.keep(foundKept{Kept: Kept{Path: name, File: true}, source: command})
		}
	}
}
