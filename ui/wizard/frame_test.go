package wizard

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/state"
	"slipway/steps/plan"
)

// watch tells when a text was first written.
type watch struct {
	mu   sync.Mutex
	all  bytes.Buffer
	seen chan time.Time
}

func (w *watch) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := bytes.Contains(w.all.Bytes(), []byte("Slipway"))
	n, err := w.all.Write(p)
	if !before && bytes.Contains(w.all.Bytes(), []byte("Slipway")) {
		w.seen <- time.Now()
	}
	return n, err
}

// TestFirstFrame: the first frame is there within 50 ms although nothing that
// is looked for at the start ever comes.
func TestFirstFrame(t *testing.T) {
	best := time.Hour
	for range 5 {
		best = min(best, firstFrame(t))
	}
	t.Logf("the first frame was there after %s", best)
	if best > 50*time.Millisecond {
		t.Errorf("the first frame took %s", best)
	}
}

func firstFrame(t *testing.T) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stuck := func(string) string { <-ctx.Done(); return "" }
	out := &watch{seen: make(chan time.Time, 1)}
	w := newWizard(ctx, Options{Asked: plan.Asked{Sample: "hello", Getenv: stuck}, Home: state.Home{Dir: t.TempDir()}, Open: open, Out: io.Discard}, plainLook())
	program := tea.NewProgram(w, tea.WithInput(nil), tea.WithOutput(out), tea.WithoutSignalHandler())
	began, ended := time.Now(), make(chan error, 1)
	go func() { _, err := program.Run(); ended <- err }()
	at := <-out.seen
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.working.Wait()
	return at.Sub(began)
}
