package engine

import (
	"context"
	_ "embed" // the script
	"maps"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// server is the connection and what was last seen through it.
type server struct {
	client   *remote.Client
	system   fact.System
	sections map[string]string
	// armed is the guard of a change that no new login has proven yet.
	armed guard.Armed
	// note says why slipway logs in as another user than usual; mostly empty.
	note string
}

//go:embed firstboot.sh
var firstBootText string

// firstBoot waits, at most five minutes, until cloud-init has finished this boot's
// work. It needs no process of cloud-init, which takes half a second to start.
var firstBoot = shell.Script(firstBootText, nil)

// Looked is what a fact's look printed last; empty if the server was not looked
// at yet.
func (r *Run) Looked(f *fact.Fact) string {
	if r.server == nil {
		return ""
	}
	return r.server.sections[f.Name]
}

// lookAll looks at the system and at every fact in one round trip. Jobs that an earlier run
// left running are waited for first, unless the run only looks. It decides which user slipway
// logs in as: if that is not the one that was looked for, it looks again.
func (s *server) lookAll(ctx context.Context, r *Run, facts Facts) error {
	for chosen := false; ; {
		look := Look{Plan: r.Plan, Facts: facts, More: []string{lookObstacles(r.Plan), lookBefore(r.Plan)}}
		sections, err := s.client.Look(ctx, look.Script())
		if err != nil {
			return err
		}
		jobs := strings.Fields(sections[fact.SectionJobs])
		if len(jobs) > 0 && !r.OnlyLooks() {
			if err := s.awaitJobs(ctx, r, jobs, sections[fact.SectionMark]); err != nil {
				return err
			}
			continue
		}
		s.see(look, sections)
		if err := s.system.Check(); err != nil {
			return err
		}
		another, err := s.chooseLogin(r)
		if err != nil {
			return err
		}
		if another && !chosen {
			chosen = true
			continue
		}
		for _, job := range jobs {
			r.Note("the step " + job + ", which an earlier run started, still runs on the server: this is how things stand now, and the next run waits for its end")
		}
		if err := fact.CheckObstacles(r.Plan, sections[fact.SectionObstacles], time.Now()); err != nil {
			return err
		}
		return s.system.CheckPython(r.Plan)
	}
}

// awaitJobs waits for the end of jobs that an earlier run started. This run holds the
// deployment, so that one is gone; on another deployment's server it may not be.
func (s *server) awaitJobs(ctx context.Context, r *Run, jobs []string, mark string) error {
	if err := access.CheckOwner(r.Plan, mark); err != nil {
		return err
	}
	return s.client.AwaitJobs(ctx, jobs, r.Report)
}

// chooseLogin decides which user slipway logs in as, by the deployment's mark, else by
// whom the users of the server belong to. It is true if another one was looked for.
func (s *server) chooseLogin(r *Run) (bool, error) {
	before := r.Plan.LoginUser()
	if owner, ok := access.ReadOwner(s.sections[fact.SectionMark]); ok {
		r.Plan.Login = access.LoginOf(owner, r.Plan)
		return r.Plan.LoginUser() != before, nil
	}
	user, note, err := fact.ChooseLogin(r.Plan, s.sections[fact.SectionObstacles])
	if err != nil {
		return false, err
	}
	r.Plan.Login, s.note = user, note
	return user != before, nil
}

// lookObstacles looks for what is in the way of a deployment.
func lookObstacles(p plan.Plan) string {
	return shell.Section(fact.SectionObstacles, shell.Lines("(", fact.LookStrangers(p, access.OwnerFile), ")", fact.LookObstacles(p, access.OwnerFile)))
}

// see keeps what a look found. What it did not look at is as it was last seen.
func (s *server) see(look Look, sections map[string]string) {
	look.deal(sections)
	seen := maps.Clone(s.sections)
	if seen == nil {
		seen = map[string]string{}
	}
	maps.Copy(seen, sections)
	s.sections, s.system = seen, fact.ParseSystem(seen[fact.SectionSystem])
	s.armed = guard.Parse(sections[fact.SectionGuard])
}

// view is what a fact is decided from: what was last seen of the server, or
// nothing if there is no connection yet.
func (r *Run) view(f *fact.Fact) fact.View {
	if r.server == nil {
		return fact.View{Plan: r.Plan, Address: r.Record().Server.Address}
	}
	return r.server.view(f, r)
}

// found decides on what was last seen of the server.
func (r *Run) found(f *fact.Fact) providers.Finding { return f.Found(r.view(f)) }

// view is what a fact is decided from, as last seen.
func (s *server) view(f *fact.Fact, r *Run) fact.View {
	return fact.View{Plan: r.Plan, System: s.system, Address: r.Record().Server.Address, Looked: s.sections[f.Name]}
}

// holds tells whether every one of the facts does, as last seen.
func (s *server) holds(facts Facts, r *Run) bool {
	return !slices.ContainsFunc(facts, func(f *fact.Fact) bool { return len(f.Decide(s.view(f, r))) > 0 })
}

// refusal is the first error of a fact that may not be changed as it was asked for.
// A run that only looks shows such a change and goes on.
func (r *Run) refusal(s *server) error {
	if r.OnlyLooks() {
		return nil
	}
	for _, f := range r.facts {
		if f.Refuse == nil {
			continue
		}
		if err := f.Refuse(s.view(f, r)); err != nil {
			return err
		}
	}
	return nil
}
