package appplatform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// databaseResource is a managed database of the app: a cluster with a database in it, to
// which the app may connect and nobody else.
type databaseResource struct {
	p    *Provider
	spec providers.Spec
	kind string
}

func (r *databaseResource) Kind() string           { return kindDatabase(r.kind) }
func (r *databaseResource) Title() string          { return "the " + r.kind + " of the app, a managed database" }
func (r *databaseResource) Phase() providers.Phase { return providers.PhaseBoot }

// databaseDeliveries are the managed databases of an app.
func (p *Provider) databaseDeliveries(spec providers.Spec, app providers.App) []providers.Resource {
	var all []providers.Resource
	for _, kind := range slices.Sorted(slices.Values(app.Services)) {
		all = append(all, &databaseResource{p: p, spec: spec, kind: kind})
	}
	return all
}

// bindings are the managed databases as the app's spec names them. Before they are made,
// they have the names that they will have.
func (p *Provider) bindings(ctx context.Context, spec providers.Spec, app providers.App) ([]DatabaseBinding, error) {
	if len(app.Services) == 0 {
		return nil, nil
	}
	found, err := p.clusters(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []DatabaseBinding
	for _, kind := range slices.Sorted(slices.Values(app.Services)) {
		b, err := NewCluster(kind, clusterName(spec, kind))
		if err != nil {
			return nil, err
		}
		b.Database = kinds[kind].database
		if c := found[kind]; c != nil {
			b.Cluster, b.Version = c.Name, c.VersionSlug
		}
		all = append(all, b)
	}
	return all, nil
}

// Look finds the cluster by its tag, and what is missing in it.
func (r *databaseResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	m, err := kindOf(r.kind)
	if err != nil {
		return providers.Finding{}, err
	}
	look := r.p.cluster
	if !asked.IsZero() {
		look = r.p.clusterAwaited
	}
	c, err := look(ctx, r.spec, r.kind)
	if err != nil {
		return providers.Finding{}, err
	}
	if c == nil {
		return r.missing(ctx, m)
	}
	finding := providers.Finding{ID: c.ID, Detail: c.Name + ", " + described(c)}
	if c.Status == "creating" {
		finding.Changes = []providers.Change{{What: "wait for the database cluster " + c.Name, Why: "it is being created"}}
		return finding, nil
	}
	if m.database != "" && !slices.Contains(c.DBNames, m.database) {
		finding.Changes = append(finding.Changes, providers.Change{What: "create the database " + m.database + " in the cluster " + c.Name})
	}
	change, notes, err := r.sources(ctx, c)
	if err != nil {
		return providers.Finding{}, err
	}
	finding.Notes = notes
	finding.Changes = append(finding.Changes, change...)
	finding.Holds = len(finding.Changes) == 0
	return finding, nil
}

// missing is what is found where there is no cluster.
func (r *databaseResource) missing(ctx context.Context, m managed) (providers.Finding, error) {
	plan, err := r.p.clusterPlan(ctx, r.spec, m)
	if err != nil {
		return providers.Finding{}, err
	}
	finding := providers.Finding{Changes: []providers.Change{{
		What:    fmt.Sprintf("create database cluster %s: %s %s, %s, in %s", clusterName(r.spec, r.kind), m.name, plan.version, plan.size, plan.region),
		Why:     fmt.Sprintf("the app's %s, in the variable %s; it takes some minutes, has daily backups, and lets in nobody but the app", r.kind, m.variable),
		Monthly: plan.monthly, Hourly: providers.Rounded(plan.monthly/hoursAMonth, hourlyDigits),
	}}}
	price := "about " + providers.AMonth(plan.monthly)
	if plan.monthly == 0 {
		price = "not known here"
	}
	finding.Notes = append(finding.Notes, fmt.Sprintf("the price of the %s is %s: the API does not tell it, and https://www.digitalocean.com/pricing/managed-databases does", r.kind, price))
	if r.kind == "mariadb" {
		finding.Notes = append(finding.Notes, "DigitalOcean has MySQL instead of MariaDB: what only MariaDB has, such as its own types and sequences, is not there")
	}
	return finding, nil
}

// sources finds who may connect to the cluster.
func (r *databaseResource) sources(ctx context.Context, c *godo.Database) (changes []providers.Change, notes []string, err error) {
	have, err := r.p.trustedSources(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	appID, err := r.appID(ctx)
	if err != nil {
		return nil, nil, err
	}
	wanted := limited(have, appID)
	if !same(have, wanted) {
		why := "the app may not connect to it yet"
		if len(have) == 0 {
			why = "everybody may connect to it now"
		}
		changes = append(changes, providers.Change{What: "let the app, and no other, connect to the database cluster " + c.Name, Why: why})
	}
	var others []string
	for _, t := range wanted {
		if t.Type != byApp && t != nobody {
			others = append(others, t.Type+" "+t.Value)
		}
	}
	if len(others) > 0 {
		notes = append(notes, fmt.Sprintf("besides the app, these may connect to %s: %s; doctl databases firewalls list %s shows them", c.Name, strings.Join(others, ", "), c.ID))
	}
	return changes, notes, nil
}

// appID is the app's identifier; "" as long as there is none.
func (r *databaseResource) appID(ctx context.Context) (string, error) {
	app, err := r.p.app(ctx, r.spec)
	if err != nil || app == nil {
		return "", err
	}
	return app.ID, nil
}

// Make creates the cluster, waits until it is online, and makes in it what is missing. Each
// of the calls that create something is sent once.
func (r *databaseResource) Make(ctx context.Context, report func(string)) error {
	m, err := kindOf(r.kind)
	if err != nil {
		return err
	}
	c, err := r.p.cluster(ctx, r.spec, r.kind)
	if err != nil {
		return err
	}
	if c == nil {
		if c, err = r.p.createCluster(ctx, r.spec, r.kind); err != nil {
			return err
		}
		report("created the database cluster " + c.Name + "; it takes some minutes until it is online")
	}
	if c, err = r.p.untilOnline(ctx, c, report); err != nil {
		return err
	}
	appID, err := r.appID(ctx)
	if err != nil {
		return err
	}
	if err := r.p.limit(ctx, c, appID); err != nil {
		return err
	}
	if m.database == "" || slices.Contains(c.DBNames, m.database) {
		return nil
	}
	return r.p.createDatabase(ctx, c, m.database)
}

// createDatabase makes a database in a cluster. Its name can't be given twice, so what is
// asked for twice is made once.
func (p *Provider) createDatabase(ctx context.Context, c *godo.Database, name string) error {
	doing := "create the database " + name + " in the cluster " + c.Name
	_, _, err := p.api.Databases.CreateDB(ctx, c.ID, &godo.DatabaseCreateDBRequest{Name: name})
	if err = p.api.Plain(err); err == nil || nameTaken(err) {
		return nil
	}
	if !rest.IsUncertain(err) || ctx.Err() != nil {
		return p.clusterFailed(doing, err)
	}
	found, lookErr := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		_, _, err := p.api.Databases.GetDB(ctx, c.ID, name)
		if err = p.api.Plain(err); rest.IsNotFound(err) {
			return false, nil
		}
		return err == nil, p.clusterFailed(doing, err)
	})
	if found || lookErr != nil {
		return lookErr
	}
	return rest.NothingMade("the database "+name, err)
}

// described says what a cluster is.
func described(c *godo.Database) string {
	text := fmt.Sprintf("%s %s, %s, in %s", engineName(c), c.VersionSlug, c.SizeSlug, c.RegionSlug)
	if c.NumNodes > 1 {
		text += fmt.Sprintf(", %d nodes", c.NumNodes)
	}
	return text
}

func engineName(c *godo.Database) string {
	for _, m := range kinds {
		if m.slug == c.EngineSlug {
			return m.name
		}
	}
	return c.EngineSlug
}

// databaseHoldings are the managed databases that exist for the deployment.
func (p *Provider) databaseHoldings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	found, err := p.clusters(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Holding
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		c := found[kind]
		h := providers.Holding{Kind: kindDatabase(kind), ID: c.Name, Detail: described(c), Monthly: providers.Rounded(nodePrices[c.EngineSlug][c.SizeSlug]*float64(max(c.NumNodes, 1)), 2)}
		if h.Monthly == 0 {
			h.Detail += ", at a price that is not known here"
		}
		all = append(all, h)
	}
	return all, nil
}

// Data lists the managed databases: what is in them goes with them, and so do their backups.
func (p *Provider) Data(ctx context.Context, spec providers.Spec) ([]providers.Datum, error) {
	found, err := p.clusters(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Datum
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		all = append(all, providers.Datum{What: "what is in the database cluster " + found[kind].Name, Detail: fmt.Sprintf("%s %s, and its daily backups", engineName(found[kind]), found[kind].VersionSlug)})
	}
	return all, nil
}

// destroyDatabases removes the managed databases of the deployment, and the tag that they
// carried.
func (p *Provider) destroyDatabases(ctx context.Context, spec providers.Spec, report func(line string)) error {
	found, err := p.clusters(ctx, spec)
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		if err := p.destroyCluster(ctx, found[kind], report); err != nil {
			return err
		}
	}
	_, err = p.api.Tags.Delete(ctx, spec.Tag)
	if err = p.api.Plain(err); err == nil || rest.IsNotFound(err) || rest.Status(err) == http.StatusForbidden {
		return nil // a token that may remove no tag has made none
	}
	return p.failed("remove the tag "+spec.Tag, err)
}

// DatabaseServers lists the managed databases, with what opens them.
func (p *Provider) DatabaseServers(ctx context.Context, spec providers.Spec) ([]providers.DatabaseServer, error) {
	found, err := p.clusters(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.DatabaseServer
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		d, err := p.databaseServer(ctx, found[kind], kind)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (p *Provider) databaseServer(ctx context.Context, c *godo.Database, kind string) (providers.DatabaseServer, error) {
	doing := "ask how to connect to the database cluster " + c.Name
	now, err := account.Whole(p.api.Databases.Get(ctx, c.ID))
	if err != nil {
		return providers.DatabaseServer{}, p.clusterFailed(doing, err)
	}
	if now.Connection == nil || now.Connection.Host == "" {
		return providers.DatabaseServer{}, &providers.Failed{Err: fmt.Errorf("%s: it is %s and answers nowhere yet", doing, now.Status), Next: again}
	}
	if now.Connection.Password == "" {
		return providers.DatabaseServer{}, &providers.Refused{Err: errors.New(doing + ": the API does not tell the password: the token lacks the scope database:view_credentials"),
			Next: "make a token with this scope at https://cloud.digitalocean.com/account/api/tokens"}
	}
	ca, err := account.Whole(p.api.Databases.GetCA(ctx, c.ID))
	if err != nil {
		return providers.DatabaseServer{}, p.clusterFailed(doing, err)
	}
	return providers.DatabaseServer{
		Kind: kind, Engine: engineName(now), Host: now.Connection.Host, Port: now.Connection.Port, User: now.Connection.User,
		Password: now.Connection.Password, Name: kinds[kind].database, CA: string(ca.Certificate), Major: major(now.VersionSlug),
	}, nil
}

// Databases refuses, a *providers.Usage that says how the databases are opened.
func (p *Provider) Databases(ctx context.Context, spec providers.Spec) ([]string, error) {
	found, err := p.clusters(ctx, spec)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	c := found[slices.Sorted(maps.Keys(found))[0]]
	return nil, &providers.Usage{Err: errors.New("a managed database is opened by its own client, from an address that it trusts"),
		Next: fmt.Sprintf("doctl databases firewalls append %s --rule ip_addr:YOUR-ADDRESS, then use the address that doctl databases connection %s shows", c.ID, c.ID)}
}
