// Package engine runs the steps of a deployment: it looks, decides, applies what
// does not hold, and looks again. Only the second look makes a step done. A first
// run, a resumed run, a second run and a look for drift are the same code.
//
// What it guarantees to package steps, its only caller:
//
//   - Nothing that costs money is asked for before the record, synced to disk, says
//     what is about to be asked for and under which tag.
//   - A server is logged in to only if it shows a host key that was pinned before:
//     the one that its first boot was given, or one that somebody vouched for.
//   - All looks at a server take one round trip, and all changes go in as one job
//     that runs on while the connection is gone. A job is never started twice.
//   - A change that could lock the operator out is put back by the server itself
//     unless a new login by a new connection proves it.
//   - A run that only looks changes nothing, neither there nor on this computer.
//   - It prints nothing: what happens is told by events. Every wait ends with the
//     context or with an error that says what it waited for.
//
// The engine knows no single fact, but for those of package access that let it log
// in. It asks the provider what its target can do: one without a server gets no
// connection, no keys and no facts.
package engine
