// Package cpython is the table of the Pythons that there are: those of the systems that
// servers run, and those that uv can bring to a server (python-build-standalone), with
// the newest release of each minor version that this binary knows and the day on which
// its security updates end.
//
// It is data and pure functions. It asks nobody: what it knows is as old as the binary.
// A test compares the table with the one of the uv that servers use.
package cpython
