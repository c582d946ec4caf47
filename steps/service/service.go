// Package service runs databases beside the app on a server: PostgreSQL, MariaDB and Redis
// from Debian's packages, each an instance of Slipway's own with one role and one database
// for the app, reached over a Unix socket.
//
// An instance that others have on the same server is never touched. No port is open where a
// socket serves. Data of an older major version is never started by a newer one.
package service
