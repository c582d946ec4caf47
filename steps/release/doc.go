// Package release has the facts that bring an app to its server and let a release
// of it take the traffic: the app's user and folders, its variables, the source, the
// packages, what is built from it, its tests, its release command, the units, the
// switch, and the releases that are kept. Package steps puts these facts into the
// run order; web asks it for the sandbox.
//
// It guarantees: a release that fails its tests, its release command or its health
// check takes no traffic, and the release before goes on untouched. A release that
// takes over loses no request: it starts beside the old one, a rename switches nginx
// over, and the old one stops when nothing talks to it. Everything of the app runs as
// the app's own user in a sandbox: its code can't be changed by it, and it writes to
// its state folder only. Secrets are in one file that only root reads, and never in
// the arguments of a process.
package release
