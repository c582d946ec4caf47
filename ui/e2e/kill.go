package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"syscall"
	"time"

	"al.essio.dev/pkg/shellescape"

	"slipway/steps/engine"
)

// KillAt starts slipway and sends it the signal when an event comes that
// matches. It returns false if the run ended before.
func (o *Operator) KillAt(signal syscall.Signal, match func(step string, status engine.Status) bool, args ...string) bool {
	o.T.Helper()
	cmd := o.Command(append([]string{"--yes", "--json"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		o.T.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		o.T.Fatal(err)
	}
	killed, hint, last := false, "", ""
	var at time.Time
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Step, Hint string
			Status     engine.Status
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			o.T.Fatal(err)
		}
		hint, last = e.Hint, lines.Text()
		if !killed && match(e.Step, e.Status) {
			killed, at = true, time.Now()
			if err := cmd.Process.Signal(signal); err != nil {
				o.T.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	if !killed && err != nil {
		o.T.Fatalf("the run failed by itself: %v\n%s", err, said.String()+last)
	}
	if !killed || signal == syscall.SIGKILL {
		return killed
	}
	if took := time.Since(at); cmd.ProcessState.ExitCode() != 130 || took > 5*time.Second {
		o.T.Errorf("after %s it ended with %s after %s, want exit status 130 within 5 s", signal, cmd.ProcessState, took)
	}
	if !strings.Contains(hint, shellescape.QuoteCommand(args)) {
		o.T.Errorf("after %s it does not say what continues: %q", signal, hint)
	}
	return killed
}

// KillAfter runs slipway --yes and kills it after a time. It returns false if the run ended
// before; a run that fails by itself ends the test.
func (o *Operator) KillAfter(after time.Duration, args ...string) bool {
	o.T.Helper()
	cmd := o.Command(append([]string{"--yes"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		o.T.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	if err != nil && cmd.ProcessState.Exited() {
		o.T.Fatalf("the run failed by itself: %v\n%s", err, out.String())
	}
	return err != nil
}
