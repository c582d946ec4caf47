package fakeheroku

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// state is everything that the account holds; the folder keeps it.
type state struct {
	Next      int
	AccountID string
	Teams     []team
	Sources   []string
	Apps      []*app
}

type team struct{ ID, Name string }

type app struct {
	ID, Name, Region, Stack, Team string
	Port                          int // of the loopback address at which it answers
	CreatedAt, UpdatedAt          time.Time
	ReleasedAt                    *time.Time
	Maintenance, Preboot          bool
	Buildpacks                    []string
	Vars                          map[string]string
	AddOns                        []*addOn
	Builds                        []*build
	Slugs                         []*slug
	Releases                      []*release
	Current                       string // the release that the dynos run
	Formation                     []*process
}

func newState(o Options) state {
	s := state{}
	s.AccountID = s.nextID()
	for _, name := range o.Teams {
		s.Teams = append(s.Teams, team{ID: s.nextID(), Name: name})
	}
	return s
}

// nextID is an id in no order, as Heroku's are.
func (s *state) nextID() string {
	s.Next++
	return idOf(fmt.Sprint(s.Next))
}

// idOf is always the same id for the same thing.
func idOf(thing string) string {
	sum := sha256.Sum256([]byte(thing))
	text := hex.EncodeToString(sum[:])
	return strings.Join([]string{text[:8], text[8:12], "4" + text[13:16], "8" + text[17:20], text[20:32]}, "-")
}

func (h *Heroku) nextID() string { return h.state.nextID() }

func (h *Heroku) appByIdentity(identity string) *app {
	for _, a := range h.state.Apps {
		if a.ID == identity || a.Name == identity {
			return a
		}
	}
	return nil
}

// Contents is what an account holds, so that tests can see what is left.
type Contents struct {
	// Apps are names; AddOns "PLAN APP"; Dynos "NAME APP STATE", also one-off ones;
	// Pending "APP build" or "APP release" for what is under way.
	Apps, AddOns, Dynos, Pending []string
}

// Empty tells whether the account holds nothing.
func (c Contents) Empty() bool { return len(c.Apps)+len(c.AddOns)+len(c.Dynos) == 0 }

// Contents lists what exists by now, also what the API does not show yet.
func (h *Heroku) Contents() Contents {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all Contents
	for _, a := range h.state.Apps {
		all.Apps = append(all.Apps, a.Name)
		for _, o := range a.AddOns {
			all.AddOns = append(all.AddOns, o.Plan+" "+a.Name)
		}
		for _, d := range h.live[a.ID].dynos {
			all.Dynos = append(all.Dynos, d.Name+" "+a.Name+" "+d.State)
		}
		for _, b := range a.Builds {
			if b.Status == pending {
				all.Pending = append(all.Pending, a.Name+" build")
			}
		}
		for _, r := range a.Releases {
			if r.Status == pending {
				all.Pending = append(all.Pending, a.Name+" release")
			}
		}
	}
	return all
}

// Idle tells whether nothing is under way: no build, no release phase, no dyno that
// starts.
func (h *Heroku) Idle() bool {
	if len(h.Contents().Pending) > 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.live {
		for _, d := range l.dynos {
			if d.State == starting {
				return false
			}
		}
	}
	return true
}

func (h *Heroku) stateFile() string { return filepath.Join(h.options.Dir, "state.json") }

func (h *Heroku) load() error {
	data, err := os.ReadFile(h.stateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the simulated Heroku's state: %w", err)
	}
	if err := json.Unmarshal(data, &h.state); err != nil {
		return fmt.Errorf("the simulated Heroku's state %s is not readable: %w; remove the folder to start with an empty account", h.stateFile(), err)
	}
	for _, a := range h.state.Apps {
		a.breakOff()
	}
	return nil
}

// breakOff ends what was under way when the last Heroku with this folder ended.
func (a *app) breakOff() {
	for _, b := range a.Builds {
		if b.Status == pending {
			b.Status = failed
		}
	}
	for _, r := range a.Releases {
		if r.Status == pending {
			r.Status = expired
		}
	}
}

// save replaces the state file in one step.
func (h *Heroku) save() error {
	data, err := json.MarshalIndent(h.state, "", " ")
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(h.options.Dir, ".state-*")
	if err != nil {
		return err
	}
	// After the rename there is no file of this name.
	defer func() { _ = os.Remove(next.Name()) }()
	_, err = next.Write(data)
	if err = errors.Join(err, next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), h.stateFile())
}

// saveLater is save for what happens by itself: the next call that changes something
// reports what is wrong.
func (h *Heroku) saveLater() { _ = h.save() }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// maybe is a time that may not have come.
func maybe(t *time.Time) any {
	if t == nil {
		return nil
	}
	return stamp(*t)
}
