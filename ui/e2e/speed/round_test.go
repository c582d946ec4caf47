package speed

import (
	_ "embed"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"slipway/steps/shell"
)

//go:embed memory.sh
var memoryText string

const script = "the script by hand"

// figures are the table's rows.
type figures struct{ first, unchanged, release, busy, outside, inside, network, burst, last, memory, local, cloud Figure }

func newFigures() *figures {
	return &figures{
		first:     Figure{Name: "first deployment to a bare server, s", Beside: script, Goal: "≤ 1.00"},
		unchanged: Figure{Name: "the same once more, nothing to change, s", Beside: script, Goal: "≤ 1.00"},
		release:   Figure{Name: "code-only release, s", Beside: script},
		busy:      Figure{Name: "code-only release under 32 clients, s", Beside: script},
		outside:   Figure{Name: "requests a second, through the loopback address", Beside: script, Goal: "≥ 1.00"},
		inside:    Figure{Name: "requests a second, inside the machine", Beside: script, Goal: "≥ 1.00"},
		network:   Figure{Name: "requests a second, through the loopback address", Beside: "inside the machine", Goal: "≥ 0.95"},
		burst:     Figure{Name: "of 500 connections at once, answered within a second", Beside: script},
		last:      Figure{Name: "the same, until the last is answered or given up after 10, s", Beside: script},
		memory:    Figure{Name: "memory left running (PSS), MB", Beside: script, Goal: "≤ 1.00"},
		local:     Figure{Name: "first deployment to a new machine of this computer, s"},
		cloud:     Figure{Name: "simulated cloud, from \"droplet active\" to the URL, s"},
	}
}

// rows are the figures in the table's order.
func (f *figures) rows() []*Figure {
	return []*Figure{&f.first, &f.unchanged, &f.release, &f.busy, &f.outside, &f.inside, &f.network, &f.burst, &f.last, &f.memory, &f.local, &f.cloud}
}

// alternately runs both, and the other one first in the next round: who comes second may find
// the computer otherwise.
func alternately(round int, ours, theirs func()) {
	if round%2 == 1 {
		ours, theirs = theirs, ours
	}
	ours()
	theirs()
}

// note adds a value to each list, in turns.
func note(round int, f *Figure, ours, theirs func() float64) {
	alternately(round, func() { f.Ours = append(f.Ours, ours()) }, func() { f.Theirs = append(f.Theirs, theirs()) })
}

// measure is one round on two machines: all that the script can do too.
func (f *figures) measure(b *testing.B, round int, works []work) {
	theirs, ours := boot(b, "speed-script"), boot(b, "speed-slipway")
	theirsIdle, oursIdle := theirs.memory(), ours.memory()
	d := newDeployment(b, ours)
	note(round, &f.first, func() float64 { _, _, took := d.first(); return took.Seconds() },
		func() float64 { return works[0].byHand(theirs).Seconds() })
	note(round, &f.memory, func() float64 { return ours.memory() - oursIdle }, func() float64 { return theirs.memory() - theirsIdle })
	for again := range 4 {
		note(round+again, &f.unchanged, func() float64 {
			deployed, took := d.again()
			if deployed.Changed {
				b.Errorf("a second run changed something: %v", deployed.Steps)
			}
			return took.Seconds()
		}, func() float64 { return works[0].byHand(theirs).Seconds() })
	}
	f.requests(b, round, ours, theirs)
	alternately(round, func() { ours.burst(&f.burst.Ours, &f.last.Ours) }, func() { theirs.burst(&f.burst.Theirs, &f.last.Theirs) })
	f.releases(b, round, d, theirs, works)
}

// releases measures a release of which only the code is new: one quietly, one under load.
func (f *figures) releases(b *testing.B, round int, d *deployment, theirs *machine, works []work) {
	for number, row := range []*Figure{&f.release, &f.busy} {
		w := works[number+1]
		d.edit(number)
		note(round+number, row, func() float64 {
			return d.machine.loaded(number == 1, func() float64 {
				deployed, took := d.again()
				if deployed.Release != w.release {
					b.Errorf("the release is %s, the script's %s", deployed.Release, w.release)
				}
				return took.Seconds()
			})
		}, func() float64 {
			return theirs.loaded(number == 1, func() float64 { return w.byHand(theirs).Seconds() })
		})
	}
}

// loaded measures while 32 clients ask, if they shall.
func (m *machine) loaded(clients bool, measure func() float64) float64 {
	m.tb.Helper()
	if !clients {
		return measure()
	}
	defer startSteady(m.tb.Context(), net.JoinHostPort(m.address, "80"))()
	return measure()
}

// requests measures how many requests a second are answered.
func (f *figures) requests(b *testing.B, round int, ours, theirs *machine) {
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range []*machine{ours, theirs} {
		m.run("cat >/var/tmp/ask\nchmod 755 /var/tmp/ask", program)
	}
	note(round, &f.outside, ours.fromOutside, theirs.fromOutside)
	note(round, &f.inside, ours.fromInside, theirs.fromInside)
	f.network.Ours = append(f.network.Ours, f.outside.Ours[len(f.outside.Ours)-1])
	f.network.Theirs = append(f.network.Theirs, f.inside.Ours[len(f.inside.Ours)-1])
}

// fromOutside is how many requests a second are answered through the machine's address.
func (m *machine) fromOutside() float64 {
	m.tb.Helper()
	rate, err := perSecond(m.tb.Context(), net.JoinHostPort(m.address, "80"))
	if err != nil {
		m.tb.Errorf("through the loopback address: %v", err)
	}
	return rate
}

// fromInside is how many requests a second a client on the machine itself has answered.
func (m *machine) fromInside() float64 {
	m.tb.Helper()
	return m.number(askVariable + "=127.0.0.1:80 /var/tmp/ask")
}

// burst opens 500 connections at the same instant, and notes how many are answered within a
// second and when the last one was.
func (m *machine) burst(answered, last *[]float64) {
	m.tb.Helper()
	within, took := burst(m.tb.Context(), net.JoinHostPort(m.address, "80"), 500)
	*answered, *last = append(*answered, float64(within)), append(*last, took.Seconds())
}

// memory is how many MB the processes of the machine take, without logins.
func (m *machine) memory() float64 {
	m.tb.Helper()
	return m.number(shell.Script(memoryText, nil)) / 1024
}

// number runs a script that prints a number.
func (m *machine) number(text string) float64 {
	m.tb.Helper()
	out, _ := m.run(text, nil)
	n, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		m.tb.Fatal(err)
	}
	return n
}
