// Package backup keeps what an app has of data: databases, folders and files beside its
// code, SQLite files, variables. On the server a program of Slipway's, in python3 and
// nothing else, dumps, counts, restores and swaps data, and has restic put it into a
// repository elsewhere.
//
// A backup counts as good only once it was restored beside what it is a copy of, and
// compared. Nothing here removes data that was not first replaced by data that was checked.
package backup
