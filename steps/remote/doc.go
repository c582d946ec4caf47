// Package remote runs commands on a server over SSH. It guarantees that:
//
//   - nothing is sent to a server whose host key is not one of those pinned
//     beforehand;
//   - a dropped connection is made again, and what was asked or uploaded is sent
//     again, for as long as the client's patience lasts;
//   - a job, which changes the server, runs as a systemd unit of its own: it goes
//     on when the connection drops or slipway is killed, only one of a name runs
//     at a time, and whoever asks for a job that runs follows it;
//   - a sudo password travels on standard input alone, never in a command line.
//
// The engine makes all its changes by jobs. The verbs that only look, such as
// status, logs and ssh, use Look, Attach and Shell.
package remote
