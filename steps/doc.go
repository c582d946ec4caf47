// Package steps has the verbs of Slipway: deploy, preview, status, logs, run,
// rollback, variables, audit, doctor, adopt and destroy. order.go is the run order
// of a deployment as one list. Package ui calls it, and nothing else does.
//
// What it guarantees: a verb prints nothing and asks nobody; it tells what happens
// by events and returns what it found. Deploy can be repeated, interrupted and
// continued at any instant: there is never a second server for one deployment, and
// never one that is not on record. Verbs that only look take no lock and change
// nothing. Errors say what happened and what to type next; a *providers.Usage means
// that nothing was done.
//
// The rooms below hold what the verbs are made of. README.md in this folder says
// which room may import which, and how to add a fact.
package steps
