package speed

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/golden"
)

var rounds = flag.Int("rounds", 5, "how many rounds to measure")

// began is when the test's time began to run out.
var began = time.Now()

// prepared has Slipway deploy to one machine and the script to another, has both release
// changed code, and fails the test unless the machines then have the same content. It returns
// the script's work, for each release, and the events of Slipway's first deployment.
func prepared(tb testing.TB, releases int) (works []work, events string) {
	tb.Helper()
	theirs, ours := boot(tb, "speed-script"), boot(tb, "speed-slipway")
	bare := theirs.content()
	d := newDeployment(tb, ours)
	first, events, _ := d.first()
	w := workOf(ours, bare, first.Release)
	w.byHand(theirs)
	same(tb, ours.content(), theirs.content())
	works = append(works, w)
	for number := range releases {
		d.edit(number)
		next, _ := d.again()
		works = append(works, workOf(ours, bare, next.Release))
	}
	return works, events
}

// TestSameContent is what makes the figures comparable: the script does what Slipway does.
func TestSameContent(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	prepared(t, 0)
}

// BenchmarkSpeed prints the table. Its parts can be run alone: those that a script can do by
// -bench 'Speed/(same|round)', and those that begin without a machine by -bench Speed/new.
func BenchmarkSpeed(b *testing.B) {
	localtest.NeedMachines(b)
	atBegin := busy()
	var works []work
	var events string
	b.Run("same-content", func(b *testing.B) { works, events = prepared(b, 2) })
	if b.Failed() {
		b.FailNow()
	}
	f, measured := newFigures(), 0
	for longest := time.Duration(0); measured < *rounds && enough(longest); measured++ {
		start := time.Now()
		b.Run("round", func(b *testing.B) {
			if len(works) == 0 {
				b.Skip("a round needs the script's work: -bench 'Speed/(same|round)'")
			}
			f.measure(b, measured, works)
		})
		b.Run("new-machine", func(b *testing.B) { f.withoutScript(b, measured) })
		longest = max(longest, time.Since(start))
	}
	b.ReportMetric(0, "ns/op")
	text := Table(f.rows()) + fmt.Sprintf("\nRounds in turns: %d, on %d processors; the load average was %s at the beginning and %s at the end.\n",
		measured, runtime.NumCPU(), atBegin, busy())
	fmt.Print("\n" + text + "\n")
	if *golden.Update && len(f.first.Ours) > 0 && len(f.cloud.Ours) > 0 { // not of a part
		document(b, text)
		picture(b, events)
	}
}

// enough is whether there is time for one more round. The test binary ends by itself before.
func enough(round time.Duration) bool {
	limit, ok := flag.Lookup("test.timeout").Value.(flag.Getter).Get().(time.Duration)
	return !ok || limit == 0 || time.Since(began)+round*5/4 < limit
}

// busy is the computer's load average of the last minute.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(text))[0]
}
