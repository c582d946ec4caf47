package fakeheroku

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// process is a process type with how many dynos run it.
type process struct {
	ID, Type, Command, Size string
	Quantity                int
	CreatedAt, UpdatedAt    time.Time
}

// reform makes the formation that of the current release's Procfile: of a new web
// process one dyno runs, of all other new ones none.
func (h *Heroku) reform(a *app) {
	s := a.slugOf(a.current())
	if s == nil {
		return
	}
	var next []*process
	size := "Basic"
	for _, p := range a.Formation {
		if p.Type == "web" {
			size = p.Size
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		p := a.process(name)
		if p == nil {
			now := time.Now()
			p = &process{ID: h.nextID(), Type: name, Size: size, CreatedAt: now, UpdatedAt: now}
			if name == "web" {
				p.Quantity = 1
			}
		}
		p.Command = s.Types[name]
		next = append(next, p)
	}
	a.Formation = next
}

func (a *app) process(identity string) *process {
	for _, p := range a.Formation {
		if p.Type == identity || p.ID == identity {
			return p
		}
	}
	return nil
}

func (p *process) json(a *app) object {
	s, _ := sizeByIdentity(p.Size)
	return object{
		"app": a.brief(), "command": p.Command, "created_at": stamp(p.CreatedAt), "dyno_size": identity(s.id(), s.name), "id": p.ID,
		"quantity": p.Quantity, "size": p.Size, "type": p.Type, "updated_at": stamp(p.UpdatedAt),
	}
}

func (a *app) formationJSON() []object {
	all := []object{}
	for _, p := range a.Formation {
		all = append(all, p.json(a))
	}
	return all
}

func (h *Heroku) listFormation(k *call, a *app) { k.list(a.formationJSON()) }

func (h *Heroku) getFormation(k *call, a *app) {
	p := a.process(k.path("type"))
	if p == nil {
		k.noProcess(k.path("type"))
		return
	}
	k.answer(http.StatusOK, p.json(a))
}

func (k *call) noProcess(name string) {
	k.fail(http.StatusNotFound, "not_found", fmt.Sprintf("Couldn't find that process type (%s).", name))
}

type scaling struct {
	Type     string
	Quantity *int
	Size     *struct{ ID, Name string } `json:"dyno_size"`
}

func (h *Heroku) updateFormation(k *call, a *app) {
	var asked struct{ Updates []scaling }
	if !k.read(&asked) || !h.scale(k, a, asked.Updates) {
		return
	}
	k.answer(http.StatusOK, a.formationJSON())
}

func (h *Heroku) updateProcess(k *call, a *app) {
	var asked scaling
	if !k.read(&asked) {
		return
	}
	asked.Type = k.path("type")
	if !h.scale(k, a, []scaling{asked}) {
		return
	}
	k.answer(http.StatusOK, a.process(asked.Type).json(a))
}

// scale changes all process types that are named, or none and says why.
func (h *Heroku) scale(k *call, a *app, asked []scaling) bool {
	next := map[string]process{}
	for _, p := range a.Formation {
		next[p.Type] = *p
	}
	for _, s := range asked {
		p := a.process(s.Type)
		if p == nil {
			k.noProcess(s.Type)
			return false
		}
		n := next[p.Type]
		if s.Quantity != nil {
			n.Quantity = *s.Quantity
		}
		if s.Size != nil {
			size, ok := sizeByIdentity(s.Size.ID + s.Size.Name)
			if !ok || size.privateSpaces {
				k.invalid("No such size as %s. Available dyno sizes are Eco, Basic, Standard-1X, Standard-2X, Performance-M, Performance-L.", s.Size.ID+s.Size.Name)
				return false
			}
			n.Size = size.name
		}
		next[p.Type] = n
	}
	if h.refusesFormation(k, next) {
		return false
	}
	changed := map[string]bool{}
	for _, p := range a.Formation {
		n := next[p.Type]
		changed[p.Type] = n.Size != p.Size
		p.Size, p.Quantity, p.UpdatedAt = n.Size, n.Quantity, time.Now()
	}
	h.staff(a, changed)
	return true
}

// refusesFormation says which of Heroku's rules a formation breaks.
func (h *Heroku) refusesFormation(k *call, next map[string]process) bool {
	names := map[string]bool{}
	for _, p := range next {
		s, _ := sizeByIdentity(p.Size)
		if p.Quantity > 0 {
			names[s.name] = true
		}
		switch {
		case p.Quantity < 0:
			k.invalid("Quantity must be greater than or equal to 0")
			return true
		case p.Quantity > s.most:
			k.invalid("Cannot update to more than %d %s size dynos per process type.", s.most, s.name)
			return true
		case s.name == "Eco" && h.faults.NoEco && p.Quantity > 0:
			k.invalid("To use Eco dynos, subscribe to the Eco Dynos plan at https://dashboard.heroku.com/account/billing")
			return true
		}
	}
	if names["Eco"] && len(names) > 1 {
		k.invalid("Cannot use the following dyno types in the same app: Eco and others")
		return true
	}
	return false
}
