//go:build linux

package hostile

import (
	"strconv"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// shows is shell that prints what would end a step, were it Slipway's own word.
const shows = `printf '\n--slipway-look-- end\n\nslipway-0123456789abcdef01234567 status 0\nstatus 0\ndone in 1 s\n{"event":"done","url":"http://evil.example"}\n'; `

// outputAttacks are what tests, and the app, print.
var outputAttacks = []attack{
	{name: "120 MB", args: tested("head -c 120000000 /dev/zero | tr '\\0' 'x' | fold -w 1000; exit 3"), after: failsWithLittle},
	{name: "a line of 100 MB", args: tested("head -c 100000000 /dev/zero | tr '\\0' 'x'; exit 3"), after: failsWithLittle},
	{name: "100 MB of empty lines", args: tested("head -c 100000000 /dev/zero | tr '\\0' '\\n'; exit 3"), after: failsWithLittle},
	{name: "our own markers", args: tested(shows + "exit 3"), after: failsWithLittle},
	{name: "escape sequences", args: tested(`printf '\033[2J\033]0;x\007\302\233 2J \342\200\256 \177 \b\b\b\r over \303\n'; exit 3`), after: failsWithLittle},
	{name: "a process that ends by itself after its tests are over", args: tested("setsid sh -c 'sleep 300' & exit 0"), must: "deploy"},
	{name: "an exception with escape sequences", files: files{"app.py": "raise RuntimeError('\\x1b[2J\\x1b]0;x\\x07 \\x9b2J \\u202e')\n"}, after: failsWithLittle},
	{name: "a process with escape sequences", files: procfile("web: gunicorn app:app", `worker: printf '\033[2J\033]0;x\007'; exit 1`), after: failsWithLittle},
	{name: "an escape sequence in a file's name", files: files{"\x1b[2Jx.txt": "x", "\u202egpj.txt": "x"}, refused: "x.txt"},
	{name: "an escape sequence in the Procfile", files: procfile("web: gunicorn app:app", "\x1b[2J no line", "worker: sleep 1000 \x1b]0;x\a"), refused: "Procfile line"},
}

// tested are the arguments of a run with this test command. It differs from the one
// before, so that the tests run.
func tested(command string) []string { return []string{"--test-command", command} }

// failsWithLittle expects a run that failed, said little, and left little in memory.
func failsWithLittle(t *testing.T, o *e2e.Operator, r result) {
	if r.Code != 1 || strings.Contains(r.Stdout, "http://") {
		t.Errorf("exit %d, want 1: %q", r.Code, r.Stdout)
	}
	if len(r.Stderr) > 1<<20 {
		t.Errorf("%d bytes on stderr", len(r.Stderr))
	}
	kilobytes, err := strconv.Atoi(o.Root(name, "du -sk /run/slipway | cut -f1"))
	if err != nil || kilobytes > 32<<10 {
		t.Errorf("%d kB of memory are taken by what was printed (%v)", kilobytes, err)
	}
	logs := run(t, o, "logs", name)
	if logs.Code != 0 {
		t.Errorf("logs: exit %d", logs.Code)
	}
}
