package steps

import (
	"cmp"
	"context"
	"net"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/web"
)

// Summary is what the record tells of a deployment.
type Summary struct {
	Name     string `json:"name"`
	Provider string `json:"provider,omitempty"`
	App      string `json:"app,omitempty"`
	URL      string `json:"url,omitempty"`
	Host     string `json:"host,omitempty"`
	Release  string `json:"release,omitempty"`
	// Monthly is what it costs in US dollars a month; nil if that is not known. Shared are
	// what the account pays once for, whichever deployments use it, by kind.
	Monthly *float64           `json:"monthly,omitempty"`
	Shared  map[string]float64 `json:"shared,omitempty"`
	// BackupTo is where backups go; empty if they are off.
	BackupTo string `json:"backup_to,omitempty"`
	// WeeklyBackups is true if the droplet's provider was asked for its own.
	WeeklyBackups bool `json:"weekly_backups,omitempty"`
	// Finished is when the last whole run ended; zero if none did.
	Finished   time.Time `json:"finished,omitzero"`
	Unfinished bool      `json:"unfinished"`
	// Move says what a move means for the deployment; empty if there is none.
	Move string `json:"move,omitempty"`
	// Trouble is why the record can't be read; the rest is empty then.
	Trouble string `json:"trouble,omitempty"`
}

// List tells of every deployment, sorted by name. One whose record can't be read is
// listed with its trouble.
func List(home state.Home) ([]Summary, error) {
	records, err := home.Records()
	if err != nil {
		return nil, err
	}
	all := make([]Summary, len(records))
	for i, kept := range records {
		if kept.Err != nil {
			all[i] = Summary{Name: kept.Name, Unfinished: true, Trouble: kept.Err.Error()}
			continue
		}
		all[i] = summarize(kept.Record)
	}
	return all, nil
}

func summarize(r state.Record) Summary {
	to, p := "", plan.OfRecord(r)
	if place, on := p.BackupTo(); on {
		to = place.String()
	}
	return Summary{Name: r.Name, Monthly: monthlyOnRecord(r), Shared: r.Shared, BackupTo: to, WeeklyBackups: p.Switch(plan.KeyBackups) == providers.On, Provider: r.Settings[plan.KeyProvider], App: r.Settings[plan.KeyApp], URL: r.URL,
		Host: r.Server.Address, Release: r.Release, Finished: r.Finished, Unfinished: r.Unfinished(), Move: describeMoving(r)}
}

// Again is what was asked for when the deployment was last begun. Asking for it
// again continues the deployment. The app's variables are missing: they are kept on
// the server only. The environment and the package index are those of like.
func (s Summary) Again(like plan.Asked) plan.Asked {
	asked := plan.Asked{Folder: s.App, Flags: map[string]string{plan.KeyName: s.Name}, Getenv: like.Getenv, Index: like.Index}
	if sample, ok := strings.CutPrefix(s.App, plan.SamplePrefix); ok {
		asked.Folder, asked.Sample = "", sample
	}
	return asked
}

// Condition is what a deployment is like now.
type Condition struct {
	Summary
	// Holdings are what exists, Uses what the account pays once for and this deployment uses.
	Holdings []providers.Holding `json:"holdings,omitempty"`
	Uses     []providers.Holding `json:"uses,omitempty"`
	// Total is what all deployments on record cost, this one as it is now.
	Total Total `json:"total"`
	// Answers is true if the app answers from outside.
	Answers bool `json:"answers"`
	// HTTPStatus is what it answers with at /.
	HTTPStatus int `json:"http_status,omitempty"`
	// Visitors is what a visitor gets; nil if the app does not answer.
	Visitors *engine.Visitors `json:"visitors,omitempty"`
	// Reason is why it does not answer.
	Reason string `json:"reason,omitempty"`
	// Releases are those of a platform that a rollback can choose from, the newest first. A
	// server's are in Server.
	Releases []release.Kept `json:"releases,omitempty"`
	// Instances are those of a platform that run now.
	Instances []providers.Instance `json:"instances,omitempty"`
	// InstancesReason is why they could not be listed.
	InstancesReason string `json:"instances_reason,omitempty"`
	// Server is what the server says of itself; nil if it could not be asked.
	Server *ServerCondition `json:"server,omitempty"`
	// ServerReason is why it could not be asked.
	ServerReason string `json:"server_reason,omitempty"`
	// Backup is how the backups are; nil where there is no server, or it could not be asked.
	Backup *backup.Condition `json:"backup,omitempty"`
	// Certificates are those that the server shows for the app's domains.
	Certificates []web.ShownCertificate `json:"certificates,omitempty"`
}

// Look asks the provider and the app how a deployment is. A name that is not
// known is a *providers.Usage. It changes nothing and takes no lock.
func Look(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (Condition, error) {
	record, err := read(home, name)
	if err != nil {
		return Condition{}, err
	}
	p := plan.OfRecord(record)
	provider, err := open(p, home.Folder(name))
	if err != nil {
		return Condition{}, err
	}
	c := Condition{Summary: summarize(record)}
	spec := plan.WithRecord(plan.SpecOf(p), record)
	if err := c.lookAtCosts(ctx, provider, spec, home); err != nil {
		return Condition{}, err
	}
	where := siteOnRecord(record.URL, record.Server.Address)
	if where.url == "" {
		c.Reason = "nothing was deployed yet"
		return c, nil
	}
	c.HTTPStatus, err = where.check(ctx, p)
	c.Answers = err == nil
	if err != nil {
		c.Reason = err.Error()
	} else {
		c.Visitors = where.visit(ctx, p, func() app.Found { return foundOnServer(ctx, name, home, open) })
	}
	if platform, ok := provider.(providers.Platform); ok {
		if c.Releases, err = (&OnPlatform{platform: platform, spec: spec}).releases(ctx); err != nil {
			return Condition{}, err
		}
		c.lookAtInstances(ctx, platform, spec)
		return c, context.Cause(ctx)
	}
	c.lookAtServer(ctx, name, home, open)
	for _, domain := range p.Domains() {
		c.Certificates = append(c.Certificates, web.LookAtCertificate(ctx, net.JoinHostPort(cmp.Or(record.Server.Address, domain), "443"), domain, time.Now()))
	}
	return c, context.Cause(ctx)
}

// lookAtInstances lists what runs, on a platform that tells. If it can't be asked, the
// answer says why.
func (c *Condition) lookAtInstances(ctx context.Context, platform providers.Platform, spec providers.Spec) {
	instancer, ok := platform.(providers.Instancer)
	if !ok {
		return
	}
	var err error
	if c.Instances, err = instancer.Instances(ctx, spec); err != nil {
		c.InstancesReason = err.Error()
	}
}

// foundOnServer is what the server keeps of what was found out about the app; zero if it
// can't be asked.
func foundOnServer(ctx context.Context, name string, home state.Home, open engine.OpenProvider) app.Found {
	p, err := deployedPlan(ctx, name, serving, providers.ToExamine, home, open)
	if err != nil {
		return app.Found{}
	}
	return p.App
}

// lookAtServer looks at the server itself. If it can't be asked, the answer says why.
func (c *Condition) lookAtServer(ctx context.Context, name string, home state.Home, open engine.OpenProvider) {
	s, err := OpenSession(ctx, name, providers.ToExamine, home, open)
	if err != nil {
		c.ServerReason = err.Error()
		return
	}
	defer s.Client.Close()
	server, backups, err := s.Condition(ctx)
	if err != nil {
		c.ServerReason = err.Error()
		return
	}
	c.Server, c.Backup = &server, backups
}
