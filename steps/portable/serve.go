package portable

import (
	_ "embed"
	"slices"
	"strconv"

	"slipway/steps/app"
)

// ServeText is a program in Python that serves an app with the gunicorn of its environment.
// Its words up to "--" are defaults, such as threads=24, for what the app's own settings
// leave open; the others are gunicorn's. What can't be the app's is overridden.
//
//go:embed serve.py
var ServeText string

// serveFile is where it lies.
const serveFile = programs + "serve.py"

// patience is how long the app may take before its log tells of a late answer: nobody
// waits for less time here than gunicorn does.
const patience = "patience=86400"

// serveWithSettings serves an app that has settings of its own for gunicorn, or a gunicorn
// so old that it needs help. arguments are those of gunicorn.
func (r *Release) serveWithSettings(found app.Found, arguments []string) {
	limits, threads := found.Limits.InForce(), app.WorkerThreads
	words := []string{"python3", serveFile}
	if found.Workers > 0 {
		threads = app.OneWorkerThreads
		words = append(words, "workers="+strconv.Itoa(found.Workers))
	}
	if class := workerClass(found); class != "" {
		words = append(words, "worker_class="+class)
	}
	words = append(words, "threads="+strconv.Itoa(threads), patience, "timeout="+strconv.Itoa(int(limits.Request.Seconds())),
		"graceful_timeout="+strconv.Itoa(int(limits.Stop.Seconds())), "worker_tmp_dir=/dev/shm", "--")
	r.Words = slices.Concat(words, arguments)
	r.Files = append(r.Files, File{serveFile, "# Written by slipway.\n" + ServeText})
}

// oldGunicorn tells whether the app's gunicorn needs what newer Pythons do not have.
func (r *Release) oldGunicorn() bool { return slices.Contains(r.Packages, "setuptools<81") }
