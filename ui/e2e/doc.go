// Package e2e holds the tests of the whole: each runs the real slipway, as a
// person or a script does, and looks at what becomes of it. The folder of a test
// says what it needs:
//
//   - fast and documents boot nothing: bad input, plans, what a terminal shows,
//     and the commands in the documents. They run with -short, in a few seconds.
//   - virtual boots a virtual machine, which takes minutes where the processor is
//     emulated, and wants the computer for itself. It runs only with -boot.
//   - heroku deploys to a simulated Heroku, which builds and runs apps as the test's own
//     user. That needs python3 and a package index, and no root.
//   - every other folder is a topic, and boots real machines with systemd and sshd
//     on this computer. That needs root on Linux and the packages that .ci/run
//     installs; the first run builds a base image, once for all.
//
// The commands, from the top folder:
//
//	go test -short ./...                              all fast tests, within a minute
//	go test ./...                                     real machines too
//	go test ./ui/e2e/deploy                           one topic
//	go test ./ui/e2e/interrupted -sweep -timeout=2h   at every point, not a sample
//	go test ./ui/e2e/virtual -boot -timeout=1h        the virtual machine
//	go test ./ui/e2e/speed -bench . -timeout=1h       how fast it is, in a table
//	.ci/run                                           what CI runs, all of it
//
// .ci/run has what tests write in memory (TMPDIR), where that is large enough, and prints
// the tests that took longest at its end (package slowest).
//
// A test that lacks what it needs says so and is skipped; where CI is set, as
// .ci/run does, it fails. Besides these, providers/local boots machines in tests
// of its own, which -short skips too.
//
// This package itself is what the tests share: an [Operator] with a home of their
// own who runs slipway, a [Terminal] to run it in, a simulated [Cloud] to deploy
// to, and [BootServer] for a server that was there before. A package's TestMain is
// os.Exit(e2e.Main(m)). The binary is built when the first test asks for it, so
// that a package whose tests are all skipped builds none. Only interrupted runs
// deployments in its own test binary, to count and to hit the points within.
//
// The machines of most tests come from a base image that has Debian's packages already
// ([Baked]); those of the tests of a first deployment itself, and of Debian 12, from the
// image of a rented server ([Operator].Plain).
package e2e
