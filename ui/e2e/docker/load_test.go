package docker

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"slipway/ui/e2e"
)

// clock is an app of which each release says its number.
const clock = `import time

from flask import Flask

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
def front():
    return "release %d"


@app.get("/slow")
def slow():
    time.sleep(3)
    return "release %[1]d"
`

// TestUnderLoad has three releases and a rollback lose no request.
func TestUnderLoad(t *testing.T) {
	o := newOperator(t)
	folder := t.TempDir()
	write := func(name, text string) { failOn(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)) }
	write("requirements.txt", "flask\n")
	write("app.py", fmt.Sprintf(clock, 1))
	first := o.deploy(folder, "--name", "clock")
	l := e2e.StartLoad(t, first.URL)
	for n := 2; n <= 3; n++ {
		write("app.py", fmt.Sprintf(clock, n))
		o.deploy(folder, "--name", "clock")
		asks(t, first.URL, fmt.Sprintf("release %d", n))
	}
	o.Must("rollback", "clock")
	asks(t, first.URL, "release 2")
	answers, failures := l.Stop()
	t.Logf("answers: %v", answers)
	for _, failure := range failures[:min(20, len(failures))] {
		t.Error(failure)
	}
	if len(answers) != 3 {
		t.Errorf("the answers are %v, want those of three releases", answers)
	}
	if web := o.containers("clock", "web"); len(running(web)) != 1 {
		t.Errorf("these web containers run: %v", running(web))
	}
}
