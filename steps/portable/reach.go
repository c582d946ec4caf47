package portable

import (
	_ "embed"
	"strings"

	"slipway/steps/app"
)

//go:embed reach.py
var reachText string

// reachFile is the program that passes connections on to an app that listens on the
// loopback address.
const reachFile = programs + "reach.py"

// serveItself has a server of the app's own serve the app. On a server of Slipway's it
// listens on the loopback address. What its command says of that is replaced; what its
// source says can't be, so there a program stands beside it if the place wants one.
func (r *Release) serveItself(command string, place Place) {
	r.line, _ = app.Exec(strings.ReplaceAll(command, "127.0.0.1", "0.0.0.0"))
	if place.Reach && !strings.Contains(r.line, "0.0.0.0") {
		r.Files = append(r.Files, File{reachFile, "# Written by slipway.\n" + reachText})
		r.line = "python3 -I -S " + reachFile + " & " + r.line
	}
	r.Words = []string{"/bin/sh", "-c", r.line}
}
