package app

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Detect finds out from the app's files what to run, what to install and which Python
// the app needs. What s says wins over what would be found.
//
// Nothing of the app is run. What can't be found out, or is contradictory, is a
// *providers.Usage whose one line names the key, the file or the flag that decides.
func Detect(fsys fs.FS, s Settings) (Found, error) {
	if err := s.check(); err != nil {
		return Found{}, err
	}
	ignore, err := readIgnore(fsys)
	if err != nil {
		return Found{}, err
	}
	src, err := readSource(fsys, ignore)
	if err != nil {
		return Found{}, err
	}
	d := &detection{fsys: view{fsys, ignore}, settings: s, src: src}
	if d.found.TestCommand = s.TestCommand; s.TestCommand != "" {
		d.found.because("tests", s.TestCommand, SettingsFile)
	}
	d.settingsLimits()
	for _, step := range []func() error{d.app, d.files, d.requirements, d.schema, d.ownProjects, d.debianPackages, d.data, d.databases, d.gunicorn, d.inMemory, d.python, d.warnings, d.guards, d.words} {
		if err := step(); err != nil {
			return Found{}, err
		}
	}
	return d.found, src.changed
}

// detection is one call of Detect, with what it has found so far.
type detection struct {
	// fsys has only the files that are uploaded.
	fsys     fs.FS
	settings Settings
	src      *source
	found    Found
	// drivers are the packages by which the app reaches databases, with where each is
	// asked for, by its normalised name.
	drivers map[string]string
	// builds are the requirements that must be built on the server.
	builds []string
	// listedPython is the Python that a list of requirements asks for, and
	// listedPythonFrom the file.
	listedPython, listedPythonFrom string
	// entry is the module that is served; nil if it is not known.
	entry *module
	// served are the settings of a Django app; nil if it is none.
	served *project
	// pasted is the file of PasteDeploy that makes the app; without a name if none does.
	pasted pasteFile
	// djangoMigrates is the command that runs Django's migrations if no release does; ""
	// if there are none.
	djangoMigrates string
	// configs are where the settings of the app's framework are set, by name.
	configs map[string][]configPlace
	// commandSource is the file and the line of the web command, and commandSettings the
	// DJANGO_SETTINGS_MODULE that it sets.
	commandSource, commandSettings string
	// gunicornCall are the arguments of gunicorn in a command that does more than to start
	// it, and gunicornFolder the folder in which it starts it.
	gunicornCall   []string
	gunicornFolder string
}

func (d *detection) folder() string {
	if d.settings.Folder == "" {
		return "this folder"
	}
	return d.settings.Folder
}

// app decides what is run: what slipway.toml says, else what the Procfile says, else
// what is found in the source.
func (d *detection) app() error {
	written, err := readProcfile(d.fsys)
	if err != nil {
		return err
	}
	commands := written.commands
	for _, note := range written.notes {
		d.found.warn(note)
	}
	if err := d.misnamed(); err != nil {
		return err
	}
	if err := d.scripts(written); err != nil {
		return err
	}
	written.takeApart()
	d.processes(written)
	s := d.settings
	switch {
	case s.Command != "":
		return d.command(s.Command, SettingsFile)
	case s.WSGI != "":
		return d.given("app.wsgi", s.WSGI, WSGI)
	case s.ASGI != "":
		return d.given("app.asgi", s.ASGI, ASGI)
	case commands[webProcess] != "":
		return d.procfile(commands[webProcess], written.source(webProcess))
	}
	return d.search(d.src.candidates())
}

// procfile takes the web command as it is. If the command only starts a framework's
// development server, which is not made for the public, gunicorn serves that app
// instead.
func (d *detection) procfile(command, from string) error {
	c := readCall(command)
	if c.development {
		return d.developmentServer(c, from)
	}
	var served []candidate
	if m := d.src.modules[c.script]; m != nil {
		served = (&resolver{src: d.src}).inModule(m)
	}
	if len(served) != 1 {
		return d.startScript(c, command, from)
	}
	d.choose(served[0])
	d.found.because("web server", gunicorn, fmt.Sprintf("%s runs %s directly, which is for development", from, c.script))
	return nil
}

// developmentServer finds the app that a development server would serve, so that
// gunicorn serves it.
func (d *detection) developmentServer(c call, from string) error {
	all := d.src.candidates()
	if name, _, _ := strings.Cut(c.target, ":"); name != "" {
		_, m := d.src.locate(name)
		all = slices.DeleteFunc(all, func(a candidate) bool { return a.module != m })
	}
	if err := d.search(all); err != nil {
		return err
	}
	d.found.because("web server", gunicorn, fmt.Sprintf("%s starts the server of %s, which is for development", from, c.program))
	return nil
}

func (d *detection) command(command, from string) error {
	d.found.Command, d.commandSource = command, from
	d.found.Server = WSGI
	if strings.Contains(command, "UvicornWorker") || strings.Contains(command, "uvicorn_worker") {
		d.found.Server = ASGI
	}
	d.found.because("web command", command, from)
	c := readCall(command)
	if c.program == "" {
		d.serving(d.servingIn(command))
		return nil
	}
	if c.program == gunicorn && c.otherVariables {
		d.gunicornCall = c.args
	}
	if c.program == gunicorn && c.target != "" && !c.otherVariables {
		d.found.GunicornArgs = withoutBind(c.args)
	}
	if asgiServers[c.program] {
		d.found.Server = ASGI
	}
	if servers[c.program] && c.program != gunicorn && !strings.Contains(command, "PORT") {
		d.found.warn(fmt.Sprintf("the web command does not use $PORT, the port on which it must listen: %s", command))
	}
	name, object, ok := splitTarget(c.target)
	if !ok {
		return nil
	}
	d.found.Target = c.target
	d.found.PythonPath, d.entry = d.src.locate(name)
	d.found.Framework = d.framework(object).framework
	return nil
}

// given takes the app that slipway.toml names by the key app.wsgi or app.asgi.
func (d *detection) given(key, target, server string) error {
	name, object, ok := splitTarget(target)
	if !ok {
		return appUsage(fmt.Sprintf("%s = %q is not of the form module:object", key, target), fmt.Sprintf("set %s like \"server:app\" or \"shop:create_app()\" in %s", key, SettingsFile))
	}
	d.found.Target, d.found.Server = target, server
	d.found.PythonPath, d.entry = d.src.locate(name)
	d.found.because("web app", target, SettingsFile)
	if d.entry == nil {
		d.found.warn(fmt.Sprintf("%s names the module %s, which is not in the app's folder", key, name))
		return nil
	}
	c := d.framework(object)
	d.found.Framework = c.framework
	if c.server == ASGI && server == WSGI {
		return appUsage(fmt.Sprintf("%s = %q is a %s app, which speaks ASGI", key, target, c.framework), fmt.Sprintf("set app.asgi = %q in %s instead", target, SettingsFile))
	}
	return nil
}

// framework tells with which framework an object of the entry module is made; zero if
// that is not known.
func (d *detection) framework(object string) constructor {
	if d.entry == nil {
		return constructor{}
	}
	name, _, called := strings.Cut(object, "(")
	e := (&resolver{src: d.src}).member(d.entry, name)
	switch {
	case called && e.makes != nil:
		return *e.makes
	case !called && e.app != nil:
		return *e.app
	}
	return constructor{}
}

// search decides between the apps in the source.
func (d *detection) search(all []candidate) error {
	apps := d.src.reduce(all)
	switch len(apps) {
	case 0:
		return d.withoutObject()
	case 1:
		d.choose(apps[0])
		return nil
	}
	return d.several(apps)
}

// several is the error for more apps than one.
func (d *detection) several(apps []candidate) error {
	key, found := "app.wsgi", make([]string, len(apps))
	for i, c := range apps {
		_, name := d.src.target(c.module)
		found[i] = fmt.Sprintf("%s:%s in %s", name, c.object, c.source())
		if c.server == ASGI {
			key = "app.asgi"
		}
	}
	_, name := d.src.target(apps[0].module)
	return appUsage(fmt.Sprintf("%d web apps were found in %s", len(apps), d.folder()),
		fmt.Sprintf("set %s = %q, or the other one, in %s", key, name+":"+apps[0].object, SettingsFile), namedOf(found))
}

func (d *detection) choose(c candidate) {
	base, name := d.src.target(c.module)
	d.entry = c.module
	if c.framework == aiohttp {
		d.found.Command = "gunicorn --worker-class aiohttp.GunicornWebWorker " + shellWord(name+":"+c.object)
		d.found.GunicornArgs, d.commandSource = readCall(d.found.Command).args, c.source()
		c.server = WSGI
	}
	d.found.Framework, d.found.Server = c.framework, c.server
	d.found.Target, d.found.PythonPath = name+":"+c.object, base
	if c.whole != "" {
		d.found.Target = c.whole
	}
	d.found.because("web app", d.found.Target, c.source())
	d.found.because("framework", c.framework, c.source())
	if base != "" {
		d.found.because("folder for imports", base, c.module.path)
	}
}

// warnings adds warnings about what looks like a mistake but stops nothing.
func (d *detection) warnings() error {
	d.warnOfLeftOut()
	d.warnOfFrontEnds()
	if d.entry == nil {
		return nil
	}
	d.needs()
	for _, m := range sorted(d.loaded()) {
		if m.unreadable != nil && m == d.entry {
			return fmt.Errorf("%s can't be loaded by Python: %w", m.path, m.unreadable)
		}
		if m.unreadable != nil {
			d.found.warn(fmt.Sprintf("%s can't be loaded by Python: %v", m.path, m.unreadable))
		}
		d.warnAbout(m)
		d.warnOfCase(m)
	}
	return nil
}

// maxNamed is how many files a warning names; it only counts the others.
const maxNamed = 5

// warnOfLeftOut warns of environment files and keys that are not uploaded: their owner
// may expect that the app finds them on the server.
func (d *detection) warnOfLeftOut() {
	if d.src.ignore.git.note != "" {
		d.found.warn(d.src.ignore.git.note)
	}
	var keys []string
	for _, name := range d.src.secrets {
		switch base := path.Base(name); {
		case isTemplate(name):
		case base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env"):
			d.found.warn(name + " is not uploaded: give its values with --env-file " + name)
		default:
			keys = append(keys, name)
		}
	}
	if len(keys) == 0 {
		return
	}
	d.found.warn("not uploaded, because keys and passwords do not belong in a release: " + namedOf(keys))
}

func (d *detection) warnAbout(m *module) {
	for _, run := range m.parsed().devServers {
		switch {
		case run.onLoad:
			d.found.warn(fmt.Sprintf("%s line %d starts the development server as soon as the file is loaded: put it under if __name__ == \"__main__\"", m.path, run.line))
		case run.debug:
			d.found.warn(fmt.Sprintf("%s line %d has debug=True: it has an effect only if the file is run directly, so not on the server", m.path, run.line))
		}
	}
	settings := d.found.Framework == Django && strings.HasPrefix(path.Base(m.path), "settings")
	if debug := m.parsed().debug; debug != 0 && (settings || d.found.Framework == Flask) {
		d.found.warn(fmt.Sprintf("%s line %d turns debugging on, which shows the app's source and variables to every visitor: turn it off before the app is public", m.path, debug))
	}
}
