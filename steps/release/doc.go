// Package release brings a version of an app onto its server and lets it take the
// traffic. Each of its facts is one part of that, from the app's user to the switch;
// package steps has them in its run order, and calls SwitchScript to roll back and
// Remove to destroy.
//
// It guarantees:
//
//   - A release is a folder of its own. Its source and its packages never change after
//     they were built, and a rollback starts them again with the variables and the health
//     check that the release had.
//   - A release takes the traffic only if it is healthy, its tests passed and its
//     release command ran. If any of that fails, the release before goes on.
//   - No request is lost when a release or a set of variables takes over. nginx follows
//     a link to a socket that systemd holds, and what ran before is stopped when nothing
//     talks to it any more.
//   - The app's code runs as the app's user in a sandbox, and its tests, its build and its
//     packages' set-up code as the builder, who reaches nothing of the app that runs. The
//     app can change neither its code nor its packages.
//   - The values of the variables are in a file that only root reads. No look prints
//     them, and no process has them as arguments.
//   - The app's data is outside the releases. Only Remove touches it.
//
// Each script can be run again after a crash at any point of it.
package release
