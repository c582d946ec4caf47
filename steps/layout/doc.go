// Package layout says where an app lies on its server: the names of its user, folders,
// files, sockets and systemd units.
//
// It guarantees that a deployment's name alone decides all of them. Whoever knows the
// name finds the app again, after a crash and from another computer, and destroy
// removes all of it without a list. Two instances of one release share the release's
// folder and nothing else: units, socket, port and variables differ.
//
// These names are on servers that were deployed long ago. A name that changes here
// makes an app there unknown, so a change needs a step that moves what is there.
//
// Package release writes to these places; package web has nginx read from them; the
// verbs in package steps look there for what runs. The package knows no plan and runs
// nothing.
package layout
