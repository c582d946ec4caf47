package speed

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway/steps/shell"
)

//go:embed byhand.sh
var byHandText string

// byHand runs the script on a machine and returns how long it took, with a look from
// outside as Slipway has one too.
func (w work) byHand(m *machine) time.Duration {
	m.tb.Helper()
	began := time.Now()
	m.run(shell.Script(byHandText, shell.Values{"app": "app-hello", "release": w.release, "venv": w.venv, "uv": w.uv,
		"packages": strings.Join(w.packages, " ")}, w.requirements...), w.files)
	m.answers()
	took := time.Since(began)
	m.deploy = filepath.Join(filepath.Dir(m.identity), "deploy")
	if err := os.WriteFile(m.deploy, w.key, 0o600); err != nil {
		m.tb.Fatal(err)
	}
	return took
}
