// Package moves tests, on real machines, that an app goes to another server with its data while
// people use it, however often the move is killed.
package moves
