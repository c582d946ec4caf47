package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
)

const (
	kindMachine = "machine"
	// lookLimit is how long a look waits for an answer of the machine's processes.
	lookLimit = 2 * time.Second
)

// machine is the machine itself as a resource.
type machine struct {
	spec   providers.Spec
	cache  string
	engine engine
	layout layout
}

// Kind is "machine".
func (m *machine) Kind() string { return kindMachine }

// Title is what people read.
func (m *machine) Title() string { return "a machine on this computer" }

// Phase is PhaseBoot.
func (m *machine) Phase() providers.Phase { return providers.PhaseBoot }

// Look tells whether the machine exists, runs and can be reached. On this computer
// a look sees at once what was made, so the time of an earlier request is not used.
func (m *machine) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	r, err := knownRecord(m.layout, m.spec.Tag)
	if err != nil {
		return providers.Finding{}, err
	}
	if !r.Seeded {
		return finding("make the machine "+m.layout.id, "it costs nothing; its disk goes into "+m.layout.dir), nil
	}
	o, err := m.engine.observe(ctx, m.layout, r)
	if err != nil {
		return providers.Finding{}, err
	}
	switch treat(o) {
	case powerOn:
		return finding("start the machine "+m.layout.id, "it is powered off"), nil
	case restart:
		return finding("restart the machine "+m.layout.id, "parts of it are missing, without which it can't reboot"), nil
	case mendNetwork:
		return finding("mend the network of the machine "+m.layout.id, "its address "+r.Address+" does not lead into it"), nil
	}
	return providers.Finding{Holds: true, Detail: r.System + " at " + r.Address}, nil
}

func finding(what, why string) providers.Finding {
	return providers.Finding{Changes: []providers.Change{{What: what, Why: why}}}
}

// Make starts, restarts or mends the machine, whatever it needs, and returns when
// its sshd answers. A machine that is complete and runs stays as it is.
func (m *machine) Make(ctx context.Context, report func(line string)) error {
	r, err := m.remember()
	if err != nil {
		return err
	}
	o, err := m.engine.observe(ctx, m.layout, r)
	if err != nil {
		return err
	}
	if err := m.apply(ctx, treat(o), r, report); err != nil {
		return err
	}
	return m.awaitSSH(ctx, r, report)
}

// remember decides what the machine will be and writes its record, unless an earlier
// run has done so. Only then anything of the machine is started.
func (m *machine) remember() (record, error) {
	r, err := knownRecord(m.layout, m.spec.Tag)
	if err != nil {
		return record{}, err
	}
	if r.Seeded {
		return r, nil
	}
	b, err := m.engine.base(m.spec.Image, m.cache)
	if err != nil {
		return record{}, err
	}
	if r.Address != "" {
		r.System, r.Image = b.name(), b.place()
		return r, writeRecord(m.layout, r)
	}
	r, err = newRecord(m.spec.Tag, b.name(), b.place())
	if err != nil {
		return record{}, err
	}
	return r, writeRecord(m.layout, r)
}

func (m *machine) apply(ctx context.Context, t treatment, r record, report func(line string)) error {
	switch t {
	case leaveAlone:
		return nil
	case mendNetwork:
		report("mending the network of " + m.layout.id)
		return failed("mend the machine's network", m.engine.mend(ctx, m.layout, r))
	case restart:
		report("powering off " + m.layout.id)
		if err := m.engine.stop(ctx, m.layout); err != nil {
			return failed("restart the machine", err)
		}
	}
	report("booting " + r.System + " at " + r.Address)
	return failed("start the machine", m.powerOn(ctx, r))
}

// powerOn starts the machine, after it has removed what an earlier start left.
func (m *machine) powerOn(ctx context.Context, r record) error {
	if err := m.engine.clean(ctx, m.layout); err != nil {
		return err
	}
	return m.engine.start(ctx, m.layout, boot{
		record: r, name: m.spec.Name, tag: m.spec.Tag, userData: m.spec.UserData,
		seeded: func() error {
			r.Seeded = true
			return writeRecord(m.layout, r)
		},
	})
}

// failed adds what to do next to an error that does not say it yet.
func failed(what string, err error) error {
	var refused *providers.Refused
	var usage *providers.Usage
	if err == nil || errors.As(err, &refused) || errors.As(err, &usage) || errors.Is(err, context.Canceled) {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("%s: %w", what, err), Next: "run the same command again"}
}

// awaitSSH returns when the machine's sshd has sent its greeting.
func (m *machine) awaitSSH(ctx context.Context, r record, report func(line string)) error {
	at := net.JoinHostPort(r.Address, strconv.Itoa(r.SSHPort))
	start, told := time.Now(), time.Now()
	limits := m.engine.patience()
	err := retry(ctx, limits.boot, func() error {
		err := greeted(ctx, at, limits.greeting)
		if err == nil {
			return nil
		}
		if o, lookErr := m.engine.observe(ctx, m.layout, r); lookErr == nil && !o.Running {
			return permanent(errors.New("the machine has shut itself down"))
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			report(fmt.Sprintf("waiting for sshd at %s for %d s", at, int(time.Since(start).Seconds())))
		}
		return err
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &providers.Failed{
		Err:  fmt.Errorf("the machine was started but its sshd does not answer at %s: %w", at, err),
		Next: "read what it printed in " + m.layout.console() + ", then run the same command again",
	}
}

// greeted is nil if an SSH server sends its greeting at that address. A connection
// alone proves nothing: the process that forwards the port always accepts it.
func greeted(ctx context.Context, at string, limit time.Duration) error {
	conn, err := (&net.Dialer{Timeout: limit}).DialContext(ctx, "tcp", at)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	banner, err := bufio.NewReaderSize(conn, 256).ReadString('\n')
	if err != nil {
		return fmt.Errorf("no greeting: %w", err)
	}
	if !strings.HasPrefix(banner, "SSH-") {
		return fmt.Errorf("greeted with %q, which is not SSH", banner)
	}
	return nil
}
