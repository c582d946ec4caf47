package databases

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// writePause is the time between two writes.
const writePause = 50 * time.Millisecond

// writes sends orders to the shop, and counts what is answered.
type writes struct {
	url  string
	stop context.CancelFunc
	done chan struct{}

	mu sync.Mutex
	// rows are the rows of the database that the answers named, by the order's number.
	rows     map[int]int
	failures []string
	longest  time.Duration
}

// startWrites sends an order every 50 ms, whether those before were answered or not.
func startWrites(ctx context.Context, url string) *writes {
	ctx, stop := context.WithCancel(ctx)
	w := &writes{url: url, stop: stop, done: make(chan struct{}), rows: map[int]int{}}
	go func() {
		defer close(w.done)
		var under sync.WaitGroup
		defer under.Wait()
		tick := time.NewTicker(writePause)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				under.Go(func() { w.count(n, time.Now()) })
			}
		}
	}()
	return w
}

// end stops the writes once every one that was begun has ended.
func (w *writes) end() { w.stop(); <-w.done }

func (w *writes) count(n int, began time.Time) {
	row, err := w.send(n)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.longest = max(w.longest, time.Since(began))
	if err != nil {
		w.failures = append(w.failures, fmt.Sprintf("%s: order %d after %s: %v", began.Format("15:04:05.000"), n, time.Since(began), err))
		return
	}
	w.rows[n] = row
}

// send sends one order, once: the library sends no POST again.
func (w *writes) send(n int) (row int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/add/%d", w.url, n), strings.NewReader("x"))
	if err != nil {
		return 0, err
	}
	request.GetBody = nil
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	var answered struct{ Row int }
	if err := json.Unmarshal(body, &answered); err != nil || response.StatusCode != http.StatusOK || answered.Row == 0 {
		return 0, fmt.Errorf("status %d: %.200s", response.StatusCode, body)
	}
	return answered.Row, nil
}

// releases is more than a server keeps.
var releases = flag.Int("releases", 7, "how many releases TestWritesUnderLoad makes")

// TestWritesUnderLoad has releases with migrations and two rollbacks lose no write that
// was answered and answer none twice, with an order every 50 ms that a worker ships.
func TestWritesUnderLoad(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 8*time.Minute)
	folder := copied(t, "shop")
	deploy := func(version int) string {
		t.Helper()
		migrates(t, folder, version)
		d := o.Deploy("--name", "shop", folder)
		t.Logf("%s: version %d after %.1f s (%v)", time.Now().Format(time.TimeOnly), version, d.Seconds, d.Spent)
		return d.URL
	}
	w := startWrites(t.Context(), deploy(1))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(o.Root("shop", "tail -n 30 /var/log/nginx/*error.log; journalctl -q --no-pager -o short-precise -u 'app-*' -u 'slipway-*' | tail -n 200"))
		}
	})
	for version := 2; version <= *releases; version++ {
		deploy(version)
		if version == 3 || version == 5 {
			o.Must("rollback", "shop")
		}
	}
	w.end()
	w.check(t)
	if killed := o.Root("shop", shell.Lines(shell.Journal, "journal -u 'app-shop-*-process-worker.service' | grep 'Killing process' || :")); killed != "" {
		t.Errorf("workers were killed before they had given back what they took:\n%s", killed)
	}
}

// migrates writes a version of the shop that changes the table of the orders in a way
// with which the version before can live.
func migrates(t *testing.T, folder string, version int) {
	t.Helper()
	last := "0001_initial"
	if version > 2 {
		last = fmt.Sprintf("%04d_more", version-1)
	}
	if version == 1 {
		return
	}
	text := fmt.Sprintf(`from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", %q)]
    operations = [migrations.RunSQL("alter table orders_order add column more%d text")]
`, last, version)
	if err := os.WriteFile(filepath.Join(folder, "orders", "migrations", fmt.Sprintf("%04d_more.py", version)), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// check compares what the client counted with the rows that there are.
func (w *writes) check(t *testing.T) {
	t.Helper()
	t.Logf("%d orders answered, %d failed, the longest took %s", len(w.rows), len(w.failures), w.longest.Round(time.Millisecond))
	for _, failure := range w.failures[:min(20, len(w.failures))] {
		t.Error(failure)
	}
	if len(w.rows) < 50**releases {
		t.Errorf("only %d orders were answered: that is no constant load", len(w.rows))
	}
	var answered, rows []int
	for n, row := range w.rows {
		answered, rows = append(answered, n), append(rows, row)
	}
	slices.Sort(answered)
	slices.Sort(rows)
	if distinct := slices.Compact(slices.Clone(rows)); len(distinct) != len(rows) {
		t.Errorf("%d orders were answered with the row of another", len(rows)-len(distinct))
	}
	var got stock
	for len(got.Shipped) < len(answered) { // it may be far behind
		before := len(got.Shipped)
		e2e.Until(t, "the worker's next order", func() bool {
			answer(t, w.url+"/numbers", &got)
			return len(got.Shipped) > before
		})
	}
	compare(t, "orders", got.Orders, answered)
	compare(t, "shipped", got.Shipped, answered)
}

// compare wants each number once.
func compare(t *testing.T, what string, got, want []int) {
	t.Helper()
	times := map[int]int{}
	for _, n := range got {
		times[n]++
	}
	var lost, twice []int
	for _, n := range want {
		if times[n] == 0 {
			lost = append(lost, n)
		}
		if times[n] > 1 {
			twice = append(twice, n)
		}
	}
	if len(lost)+len(twice) > 0 || len(got) != len(want) {
		t.Errorf("%s: lost %v, more than once %v; %d rows, %d answered", what, lost, twice, len(got), len(want))
	}
}
