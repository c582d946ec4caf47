package appplatform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// online is the status of a cluster that can be used.
const online = "online"

// kindDatabase is the kind by which a cluster is on record.
func kindDatabase(kind string) string { return "database-" + kind }

// clusterName is the name of a new cluster: that of the app, and of the kind.
func clusterName(spec providers.Spec, kind string) string {
	return AppName(spec.Name, spec.Tag) + "-" + kind
}

// clusters are the deployment's clusters by kind: those that carry its tag. One of the name
// that a cluster of the deployment would have, without its tag, is a *providers.Refused.
func (p *Provider) clusters(ctx context.Context, spec providers.Spec) (map[string]*godo.Database, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	all, err := account.EveryPage(ctx, p.api, "list the account's database clusters", func(ctx context.Context, number int) ([]godo.Database, *godo.Response, error) {
		return p.api.Databases.List(ctx, account.FullPage(number))
	})
	if err != nil {
		return nil, err
	}
	found := map[string]*godo.Database{}
	for kind, m := range kinds {
		for i, c := range all {
			if c.EngineSlug != m.slug {
				continue
			}
			tagged := slices.Contains(c.Tags, spec.Tag) || c.ID == spec.Known[kindDatabase(kind)] && len(c.Tags) == 0
			switch {
			case tagged && (found[kind] == nil || c.Name == clusterName(spec, kind)):
				found[kind] = &all[i]
			case !tagged && c.Name == clusterName(spec, kind):
				return nil, takenCluster(c.Name)
			}
		}
	}
	return found, nil
}

// takenCluster is the error about a cluster of the deployment's name that is another's.
func takenCluster(name string) error {
	return &providers.Refused{
		Err: fmt.Errorf("the database cluster %s exists in this DigitalOcean account without this deployment's tag: it is somebody else's", name), Next: otherName,
	}
}

// cluster is the deployment's cluster of a kind; nil is none.
func (p *Provider) cluster(ctx context.Context, spec providers.Spec, kind string) (*godo.Database, error) {
	all, err := p.clusters(ctx, spec)
	return all[kind], err
}

// clusterAwaited looks for a cluster for as long as the list may lag behind a create; nil is
// none.
func (p *Provider) clusterAwaited(ctx context.Context, spec providers.Spec, kind string) (*godo.Database, error) {
	var found *godo.Database
	_, err := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		found, err = p.cluster(ctx, spec, kind)
		return found != nil, err
	})
	return found, err
}

// createCluster makes a cluster that lets nobody in yet. The call is sent once; if its
// answer is lost, or says that the name is taken, the list tells whether it was made.
func (p *Provider) createCluster(ctx context.Context, spec providers.Spec, kind string) (*godo.Database, error) {
	m := kinds[kind]
	plan, err := p.clusterPlan(ctx, spec, m)
	if err != nil {
		return nil, err
	}
	name := clusterName(spec, kind)
	what := "the database cluster " + name
	made, err := account.Whole(p.api.Databases.Create(ctx, &godo.DatabaseCreateRequest{
		Name: name, EngineSlug: m.slug, Version: plan.version, SizeSlug: plan.size, Region: plan.region, NumNodes: 1,
		Tags: []string{spec.Tag}, Rules: []*godo.DatabaseCreateFirewallRule{{Type: nobody.Type, Value: nobody.Value}},
	}))
	if err = p.api.Plain(err); err == nil {
		return made, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("create %s (the next run finds out whether it was made): %w", what, ctx.Err())
	}
	if !rest.IsUncertain(err) && !nameTaken(err) {
		return nil, p.clusterFailed("create "+what, err)
	}
	found, lookErr := p.clusterAwaited(ctx, spec, kind)
	switch {
	case lookErr != nil || found != nil:
		return found, lookErr
	case nameTaken(err):
		return nil, takenCluster(name)
	}
	return nil, rest.NothingMade(what, err)
}

// nameTaken tells whether the API refused a name that there is already.
func nameTaken(err error) bool {
	e, ok := errors.AsType[*rest.APIError](err)
	return ok && (e.Status == http.StatusConflict || e.Status == http.StatusUnprocessableEntity && strings.Contains(strings.ToLower(e.Message), "name"))
}

// clusterFailed explains an error about a cluster.
func (p *Provider) clusterFailed(doing string, err error) error {
	err = p.api.Plain(err)
	e, ok := errors.AsType[*rest.APIError](err)
	if !ok || rest.Explained(err) {
		return p.api.Failed(doing, err)
	}
	message := strings.ToLower(e.Message)
	wrap := func(why string) error { return fmt.Errorf("%s: %s: %w", doing, why, err) }
	switch {
	case e.Status == http.StatusPreconditionFailed:
		return &providers.Failed{Err: wrap("the cluster is not ready for it"), Next: "wait a minute, then " + again}
	case e.Status != http.StatusUnprocessableEntity && e.Status != http.StatusForbidden:
	case strings.Contains(message, "limit"):
		return &providers.Refused{Err: wrap("the account's limit of databases is reached"),
			Next: "remove a cluster that is not needed, or ask for a higher limit at " + account.TicketPage}
	case strings.Contains(message, "size"), strings.Contains(message, "region"), strings.Contains(message, "version"):
		return &providers.Refused{Err: wrap("DigitalOcean makes no such cluster there now"), Next: "wait some hours, or choose another --region; then " + again}
	}
	return p.api.Failed(doing, err)
}

const (
	// clusterWithin is how long a cluster may take until it can be used; five minutes are
	// usual.
	clusterWithin = 40 * time.Minute
	// clusterGone is how long it may take to be removed.
	clusterGone = 5 * time.Minute
)

// untilOnline waits until a cluster can be used.
func (p *Provider) untilOnline(ctx context.Context, c *godo.Database, report func(line string)) (*godo.Database, error) {
	now := c
	w := rest.Wait{What: "the database cluster " + c.Name + " to be online", Within: clusterWithin, Report: report,
		Next: "see doctl databases get " + c.ID + "; " + again}
	err := p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		got, err := account.Whole(p.api.Databases.Get(ctx, c.ID))
		if err = p.api.Plain(err); rest.IsNotFound(err) {
			return false, "it does not show yet", nil
		}
		if err != nil {
			return false, "", p.clusterFailed("look at the database cluster "+c.Name, err)
		}
		now = got
		return got.Status == online, "it is " + got.Status, nil
	})
	return now, err
}

// destroyCluster removes a cluster and waits until it is gone.
func (p *Provider) destroyCluster(ctx context.Context, c *godo.Database, report func(line string)) error {
	doing := "remove the database cluster " + c.Name
	_, err := p.api.Databases.Delete(ctx, c.ID)
	if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
		return p.clusterFailed(doing, err)
	}
	w := rest.Wait{What: "the database cluster " + c.Name + " to be removed", Within: clusterGone, Report: report,
		Next: "run the same command again, or: doctl databases delete " + c.ID}
	err = p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		_, _, err := p.api.Databases.Get(ctx, c.ID)
		if err = p.api.Plain(err); rest.IsNotFound(err) {
			return true, "", nil
		}
		return false, "it still exists", p.clusterFailed(doing, err)
	})
	if err != nil {
		return err
	}
	report("removed the database cluster " + c.Name + " with its data and its backups")
	return nil
}
