// Package restores tests, on real machines, that data comes back: by a rollback with the
// data of before, from a backup, and onto a new server.
package restores
