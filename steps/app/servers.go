package app

import (
	"regexp"
	"slices"
	"strings"
)

const (
	// WorkerThreads is how many requests a worker of gunicorn serves at the same time.
	// Threads that are not needed are never started. Requests are not spread evenly, so it
	// is more than a few slow ones on each worker.
	WorkerThreads = 24
	// OneWorkerThreads is the same where there is one worker: each of its clients with an
	// open connection takes a thread.
	OneWorkerThreads = 100
)

// ServerPackages are the PEP 508 requirements of the servers that serve the app, for
// the runner to add to the app's own. For a command that starts another server, it is
// that server. None has a bound that could contradict the app's own requirements: the
// newest that fits these is taken.
func (f Found) ServerPackages() []string {
	var packages []string
	if f.Command != "" && f.GunicornArgs == nil {
		packages = serversIn(f.Command)
	} else {
		packages = f.behindGunicorn()
	}
	if slices.Contains(packages, gunicorn) && f.below(gunicorn, "21") || f.below("flask", "2.1") {
		// gunicorn before 21 imports pkg_resources, which setuptools has dropped. Flask
		// before 2.1 finds commands such as "db" by it, and none without.
		if spec, named := f.named("setuptools"); !named || spec == "" {
			packages = append(packages, "setuptools<81")
		}
	}
	if slices.Contains(packages, "uvicorn") || slices.Contains(packages, "uvicorn-worker") {
		packages = append(packages, f.socketLibrary()...)
	}
	slices.Sort(packages)
	return packages
}

// behindGunicorn is gunicorn with what its worker needs.
func (f Found) behindGunicorn() []string {
	_, gunicornNamed := f.named(gunicorn)
	class := f.WorkerClass
	for i, arg := range f.GunicornArgs {
		if (arg == "-k" || arg == "--worker-class") && i+1 < len(f.GunicornArgs) {
			class = f.GunicornArgs[i+1]
		}
	}
	switch {
	case f.Server == ASGI && (f.below("uvicorn", "0.15") || f.below(gunicorn, "20.1")):
		return []string{gunicorn, "uvicorn"} // uvicorn's own worker fits it
	case f.Server == ASGI:
		return []string{gunicorn, "uvicorn-worker"}
	case class == "eventlet" && !gunicornNamed:
		return []string{"gunicorn<26", "eventlet"} // the last one with a worker for it
	case class == "eventlet":
		return []string{gunicorn, class}
	case strings.Contains(class, "gevent"):
		return []string{gunicorn, "gevent", "packaging"} // gunicorn compares gevent's version with it
	case f.Workers == 1 && f.Framework != aiohttp:
		return []string{gunicorn, "simple-websocket"}
	}
	return []string{gunicorn}
}

// socketLibrary is what uvicorn needs to take websockets. uvicorn before 0.12 brings its
// own, and so does an app that names wsproto.
func (f Found) socketLibrary() []string {
	if _, named := f.named("wsproto"); named || f.below("uvicorn", "0.12") {
		return nil
	}
	return []string{"websockets"}
}

// serverDistributions are the packages that bring the servers.
var serverDistributions = map[string]string{
	gunicorn: gunicorn, "uvicorn": "uvicorn", "hypercorn": "hypercorn", "daphne": "daphne", "waitress-serve": "waitress",
}

func serversIn(command string) []string {
	var packages []string
	for word := range strings.FieldsSeq(command) {
		if p := serverDistributions[word]; p != "" && !slices.Contains(packages, p) {
			packages = append(packages, p)
		}
	}
	return packages
}

var requirementForm = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;#)@]*)`)

// named tells whether the requirements name a package, and in which versions: "==20.1",
// "" for any.
func (f Found) named(name string) (versions string, ok bool) {
	versions, ok = f.Named[name]
	for _, requirement := range f.Requirements.Packages {
		if requirementName(requirement) == name && isForLinux(requirement) {
			versions, ok = versionsOf(requirement), true
		}
	}
	return versions, ok
}

func versionsOf(requirement string) string {
	parts := requirementForm.FindStringSubmatch(requirement)
	if parts == nil {
		return ""
	}
	versions, _, _ := strings.Cut(parts[2], " --") // options such as --hash
	return strings.ReplaceAll(strings.TrimSpace(versions), " ", "")
}

// below tells whether the requirements allow only versions of a package that come before
// this one.
func (f Found) below(name, version string) bool {
	versions, ok := f.named(name)
	if !ok {
		return false
	}
	limit, err := readClause(version)
	if err != nil {
		return false
	}
	for text := range strings.SplitSeq(versions, ",") {
		c, err := readClause(strings.TrimRight(text, " "))
		if err != nil {
			continue
		}
		switch c.op {
		case "==", "===", "<=":
			if c.version.compare(limit.version) < 0 {
				return true
			}
		case "<":
			if c.version.compare(limit.version) <= 0 {
				return true
			}
		case "~=":
			if c.version.compare(limit.version) < 0 && !c.reaches(limit) {
				return true
			}
		}
	}
	return false
}

// reaches tells whether "~=" of this clause allows the version of another.
func (c clause) reaches(other clause) bool {
	return slices.Equal(c.version[:c.parts-1], other.version[:c.parts-1])
}

// namedInFiles collects what requirement files and those that they include say about
// packages, by normalised names. A package that is only bounded, by -c, counts: what is
// added must keep to that. What can't be read is told by what installs it.
func (d *detection) namedInFiles(files []string) map[string]string {
	read, err := readRequirements(d.fsys, files)
	if err != nil || len(read) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, file := range read {
		for _, line := range file.lines {
			if parts := requirementForm.FindStringSubmatch(line.text); parts != nil && isForLinux(line.text) {
				all[normalName(parts[1])] = versionsOf(line.text)
			}
		}
	}
	return all
}

// read is the text of a file of the app.
func (d *detection) read(file string) (string, error) {
	text, err := readText(d.fsys, file)
	return string(text), err
}
