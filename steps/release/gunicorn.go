package release

import (
	"strconv"
	"time"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/portable"
	"slipway/steps/shell"
)

// serveFile is the program that starts gunicorn with the app's own settings. It lies with
// the release, so that a rollback starts what ran then.
func serveFile(v fact.View) shell.File {
	return shell.File{Path: servePath(v), Mode: "644", Content: "# Written by slipway.\n" + portable.ServeText}
}

func servePath(v fact.View) string {
	return layout.Of(v.Plan.ServerName()).Release(v.Plan.Release) + "/serve.py"
}

// gunicornLines are the lines of the service that are gunicorn's.
func gunicornLines(v fact.View) []string {
	return []string{
		"Type=notify",
		"NotifyAccess=main",
		"SyslogIdentifier=gunicorn",
		"ExecStart=" + serveCommand(v),
		"ExecReload=/bin/kill -s HUP $MAINPID",
		"KillMode=mixed",
	}
}

// serveCommand is the text after ExecStart=: the defaults, then the app's own arguments.
// gunicorn takes the socket that systemd hands it, whatever --bind says.
func serveCommand(v fact.View) string {
	served := v.Plan.App
	count, threads := workers(v), app.WorkerThreads
	if served.Workers > 0 {
		count, threads = served.Workers, app.OneWorkerThreads
	}
	limits := served.Limits.InForce()
	words := []string{
		layout.Of(v.Plan.ServerName()).Venv(v.Plan.Release) + "/bin/python", servePath(v),
		"workers=" + strconv.Itoa(count), "threads=" + strconv.Itoa(threads), "patience=" + wholeSeconds(limits.Request),
		"timeout=" + wholeSeconds(limits.Request), "graceful_timeout=" + wholeSeconds(limits.Stop),
		// Longer than nginx keeps a connection, so that only nginx ever closes one.
		"keepalive=10", "worker_tmp_dir=/dev/shm",
	}
	if served.Limits.Request > 0 {
		words = append(words, "request="+wholeSeconds(limits.Request))
	}
	switch {
	case served.WorkerClass != "":
		words = append(words, "worker_class="+served.WorkerClass)
	case served.Server == app.ASGI:
		words = append(words, "worker_class=uvicorn_worker.UvicornWorker")
	}
	if served.PythonPath != "" {
		words = append(words, "pythonpath="+served.PythonPath)
	}
	words = append(words, "--")
	if served.GunicornArgs != nil {
		return shell.UnitWords(append(words, served.GunicornArgs...)...)
	}
	return shell.UnitWords(append(words, served.Target)...)
}

func wholeSeconds(t time.Duration) string { return strconv.Itoa(int(t / time.Second)) }
