package interrupted

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/providers/local"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// child says what a deployment in a process of its own does.
type child struct {
	Home   string // the state home
	Cache  string
	API    string // of the simulated cloud; empty deploys to a local machine
	Via    string // an address in front of the server's own
	Size   string // --size; empty is the cloud's default
	KillAt int    // the point at which it kills itself; 0 is none
	FillAt int    // the point from which on its disk is full; 0 is none
}

// childEnd is what a deployment that was not killed says at its end.
type childEnd struct {
	Points  int
	Changed bool
	URL     string
	Error   string
	// Steps is where each step stood last.
	Steps map[string]engine.Status
}

func deployAsChild(config string) int {
	var c child
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	p := &points{child: c}
	end := childEnd{Steps: map[string]engine.Status{}}
	home := state.Home{Dir: c.Home, Cache: c.Cache}
	plan, err := plan.Make(context.Background(), plan.Asked{Sample: "hello", Getenv: func(string) string { return "" }, Flags: c.flags()}, home)
	if err == nil {
		var outcome engine.Outcome
		outcome, err = steps.Deploy(context.Background(), plan, home, p.open, func(e engine.Event) {
			if e.Kind == engine.KindStep {
				end.Steps[e.Step] = e.Status
				fmt.Println("step", e.Step, e.Status) // for the parent of one that is killed
			}
			if e.Kind != engine.KindLine && e.Kind != engine.KindNote {
				p.pass("the event " + e.Step + " " + string(e.Status))
			}
		})
		end.Changed, end.URL = outcome.Changed, outcome.URL
	}
	end.Points = p.n
	if err != nil {
		end.Error = err.Error()
	}
	out, err := json.Marshal(end)
	if err != nil {
		return 2
	}
	fmt.Printf("end %s\n", out)
	return 0
}

func (c child) flags() map[string]string {
	if c.API == "" {
		return nil
	}
	flags := map[string]string{plan.KeyProvider: "digitalocean"}
	if c.Size != "" {
		flags[plan.KeySize] = c.Size
	}
	return flags
}

// points counts what a deployment passes, and interrupts it.
type points struct {
	child child
	n     int
}

func (p *points) pass(where string) {
	p.n++
	if p.n == p.child.KillAt {
		fmt.Println("killed at", where)
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Kill() //nolint:errcheck // there is nobody left to tell
		}
	}
	if p.n == p.child.FillAt {
		fill(p.child.Home)
	}
}

// fill leaves no byte on a disk.
func fill(dir string) {
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		return
	}
	defer f.Close()
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

// open is the provider with a point before and after each of its calls.
func (p *points) open(_ plan.Plan, dir string) (providers.Provider, error) {
	var inner providers.Provider
	var err error
	if p.child.API != "" {
		var o digitalocean.Options
		o.Token, o.APIURL, o.Patience, o.PollEvery = "a-token-for-tests", p.child.API, 3*time.Second, 50*time.Millisecond
		inner, err = digitalocean.New(o)
	} else {
		inner, err = local.New(local.Options{Dir: dir, Cache: p.child.Cache})
	}
	return &watched{Provider: inner, points: p}, err
}

type watched struct {
	providers.Provider
	points *points
}

func (w *watched) Resources(spec providers.Spec) []providers.Resource {
	all := w.Provider.Resources(spec)
	for i, r := range all {
		all[i] = &watchedResource{r, w.points}
	}
	return all
}

// Server puts the address of a proxy in place of the server's own.
func (w *watched) Server(ctx context.Context, spec providers.Spec) (providers.Server, error) {
	server, err := w.Provider.(providers.ServerProvider).Server(ctx, spec)
	if err == nil && w.points.child.Via != "" {
		server.Address = w.points.child.Via
	}
	return server, err
}

type watchedResource struct {
	providers.Resource
	points *points
}

func (w *watchedResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	w.points.pass("the look at " + w.Kind())
	return w.Resource.Look(ctx, asked)
}

func (w *watchedResource) Make(ctx context.Context, report func(string)) error {
	w.points.pass("before making " + w.Kind())
	err := w.Resource.Make(ctx, report)
	w.points.pass("after making " + w.Kind())
	return err
}
