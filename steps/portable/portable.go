// Package portable says how an app runs where there is no server of Slipway's: in a
// container, or on a platform that takes its source. On a server nginx, systemd and
// package release do part of this; here the image or the archive must carry all of it.
//
// It is made of the plan alone, and the same plan gives the same release. It reads
// nothing and writes nothing. Packages image and buildpack write files of it.
package portable

import (
	"slices"
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"slipway/steps/app"
	"slipway/steps/plan"
)

// Folder is the folder of Slipway's own files in the app's folder. Its name is no Python
// package's, so that it hides nothing of the app's.
const Folder = ".slipway"

// programs is the folder of programs in it. None of them can be imported.
const programs = Folder + "/bin/"

// Place is where the app runs.
type Place struct {
	// Root is the app's folder there, which is the working directory too: "/app", or "."
	// where its path is not known.
	Root string
	// Bind is where the web command listens: "0.0.0.0:8000". With "$PORT" in it, only
	// Line can be used.
	Bind string
	// Workers is how many processes serve the app if nothing that the app says decides
	// it; 0 leaves that to the place.
	Workers int
	// Proxied is set if visitors come through a proxy that tells who they are.
	Proxied bool
	// Reach is set if an app that listens to its own computer alone is to be reached all
	// the same.
	Reach bool
	// Keeps is set if the place keeps what the app writes to its volumes.
	Keeps bool
}

// Release is an app in its place.
type Release struct {
	// Words are the web command's; the program is found by PATH.
	Words []string
	// Packages are PEP 508 requirements to install beside the app's own.
	Packages []string
	// Variables are those of Slipway's own, in the order in which they are set. None is
	// secret. What a person gives wins over them.
	Variables []Variable
	// Files are Slipway's own, in the app's folder.
	Files []File
	// Volumes are the folders that outlive the release, sorted by their paths; none if the
	// place keeps nothing.
	Volumes []Volume
	// Details say for people what is otherwise here than on a server.
	Details []string
	// line is the web command if it is one for sh.
	line string
	bind string
}

// Variable is one of the environment.
type Variable struct{ Name, Value string }

// File is one file.
type File struct {
	// Path is relative to the app's root, with slashes.
	Path    string
	Content string
}

// Of is the app of a plan in a place.
func Of(p plan.Plan, place Place) Release {
	r := Release{bind: place.Bind, Packages: p.App.ServerPackages()}
	target := r.serveFiles(p)
	r.serve(p, place, target)
	r.overlay(p, place)
	r.setVariables(p, place)
	r.keep(p, place)
	slices.Sort(r.Packages)
	return r
}

// Line is the web command as a line for sh.
func (r Release) Line() string {
	if r.line != "" {
		return r.line
	}
	words := make([]string, len(r.Words))
	for i, word := range r.Words {
		words[i] = shellescape.Quote(word)
		if word == r.bind {
			words[i] = word // $PORT is the shell's to read
		}
	}
	return "exec " + strings.Join(words, " ")
}

// serve makes the web command.
func (r *Release) serve(p plan.Plan, place Place, target string) {
	if p.OwnServer() {
		r.serveItself(p.App.Command, place)
		return
	}
	arguments := []string{"--bind", place.Bind}
	for _, arg := range p.App.GunicornArgs {
		if arg == p.App.Target {
			arg = target
		}
		arguments = append(arguments, arg)
	}
	if p.App.GunicornArgs == nil {
		arguments = append(arguments, target)
	}
	if configured(p) || r.oldGunicorn() {
		r.serveWithSettings(p.App, arguments)
		return
	}
	r.Words = slices.Concat([]string{"gunicorn"}, defaults(p.App), arguments)
}

// named tells whether the app's words for gunicorn have one of these options.
func named(found app.Found, options ...string) bool {
	return slices.ContainsFunc(found.GunicornArgs, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return slices.Contains(options, name)
	})
}

// defaults are gunicorn's arguments where the app's own settings decide nothing.
func defaults(found app.Found) []string {
	var args []string
	class := workerClass(found)
	if class != "" && !named(found, "-k", "--worker-class") {
		args = append(args, "--worker-class", class)
	}
	threads := app.WorkerThreads
	if found.Workers > 0 && !named(found, "-w", "--workers") {
		args, threads = append(args, "--workers", strconv.Itoa(found.Workers)), app.OneWorkerThreads
	}
	if class == "" && !named(found, "-k", "--worker-class", "--threads") {
		args = append(args, "--threads", strconv.Itoa(threads))
	}
	limits := found.Limits.InForce()
	if !named(found, "-t", "--timeout") {
		args = append(args, "--timeout", strconv.Itoa(int(limits.Request.Seconds())))
	}
	if !named(found, "--graceful-timeout") {
		args = append(args, "--graceful-timeout", strconv.Itoa(int(limits.Stop.Seconds())))
	}
	if !named(found, "--worker-tmp-dir") {
		args = append(args, "--worker-tmp-dir", "/dev/shm")
	}
	return args
}

// workerClass is gunicorn's class of workers; "" is gunicorn's own choice.
func workerClass(found app.Found) string {
	switch {
	case found.WorkerClass != "":
		return found.WorkerClass
	case found.Server != app.ASGI:
		return ""
	case slices.Contains(found.ServerPackages(), "uvicorn-worker"):
		return "uvicorn_worker.UvicornWorker"
	}
	return "uvicorn.workers.UvicornH11Worker"
}

// configured tells whether gunicorn finds settings of the app's own.
func configured(p plan.Plan) bool {
	return named(p.App, "-c", "--config") || p.Bundle != nil && slices.ContainsFunc(p.Bundle.Files, func(f app.BundleFile) bool { return f.Path == "gunicorn.conf.py" })
}

// overlay adds the settings module of Slipway's own.
func (r *Release) overlay(p plan.Plan, place Place) {
	if p.App.Overlay.Module != "" {
		r.Files = append(r.Files, File{Folder + "/" + app.OverlayModule + ".py", p.App.Overlay.Text(place.Root)})
	}
}

func (r *Release) setVariables(p plan.Plan, place Place) {
	found := p.App
	set := func(name, value string) { r.Variables = append(r.Variables, Variable{name, value}) }
	path := place.Root
	if found.PythonPath != "" {
		path = place.Root + "/" + found.PythonPath + ":" + path
	}
	if slices.ContainsFunc(r.Files, func(f File) bool { return !strings.HasPrefix(f.Path, programs) }) {
		path += ":" + place.Root + "/" + Folder
	}
	set("PYTHONPATH", path)
	set("PYTHONUNBUFFERED", "1")
	if place.Workers > 0 && found.Workers == 0 {
		set("WEB_CONCURRENCY", strconv.Itoa(place.Workers))
	}
	if place.Proxied {
		set("FORWARDED_ALLOW_IPS", "*")
	}
	settings := found.SettingsModule
	if found.Overlay.Module != "" {
		settings = app.OverlayModule
	}
	if settings != "" {
		set("DJANGO_SETTINGS_MODULE", settings)
	}
	if place.Keeps {
		set("HOME", StateFolder)
		set("STATE_DIRECTORY", StateFolder)
	}
}
