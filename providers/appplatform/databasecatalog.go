package appplatform

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// managed is what DigitalOcean has for a kind of database.
type managed struct {
	// slug is the engine in the API of databases, engine in an app's spec, name for people.
	slug   string
	engine godo.AppDatabaseSpecEngine
	name   string
	// version is the one that is wanted: a newer one takes its dumps, but not the other way.
	version string
	// database and user are the app's. Redis and Valkey have no databases by name.
	//
	// The user is the cluster's own, which is this one app's: since PostgreSQL 15 another one
	// that the API makes may not make a table.
	database, user string
	// variable is how the app finds it.
	variable string
}

// kinds are the kinds of databases. PostgreSQL's major is that of Debian 13, so that dumps go
// both ways.
var kinds = map[string]managed{
	"postgres": {"pg", godo.AppDatabaseSpecEngine_PG, "PostgreSQL", "17", "app", "doadmin", "DATABASE_URL"},
	"mariadb":  {"mysql", godo.AppDatabaseSpecEngine_MySQL, "MySQL", "8", "app", "doadmin", "DATABASE_URL"},
	"redis":    {"valkey", godo.AppDatabaseSpecEngine_Valkey, "Valkey", "8", "", "", "REDIS_URL"},
}

// kindOf is a kind of database; an unknown one is a *providers.Usage.
func kindOf(kind string) (managed, error) {
	m, ok := kinds[kind]
	if !ok {
		return managed{}, &providers.Usage{Err: fmt.Errorf("DigitalOcean has no managed database of the kind %q", kind), Next: "use postgres, mariadb or redis"}
	}
	return m, nil
}

// NewCluster binds an app to a database cluster of this name as it is when it was just made.
// An unknown kind is a *providers.Usage.
func NewCluster(kind, name string) (DatabaseBinding, error) {
	m, err := kindOf(kind)
	if err != nil {
		return DatabaseBinding{}, err
	}
	b := DatabaseBinding{Kind: kind, Engine: m.engine, Version: m.version, Cluster: name, User: m.user}
	if m.database != "" {
		b.Database = "defaultdb" // every cluster has it
	}
	return b, nil
}

// nodePrices are what one node costs in US dollars a month, without more disk than it comes
// with. The API tells no prices of databases; these are of the price list of 2026 at
// https://www.digitalocean.com/pricing/managed-databases, and are said to be about right.
var nodePrices = map[string]map[string]float64{
	"pg":     {"db-s-1vcpu-1gb": 15.15, "db-s-1vcpu-2gb": 30.45, "db-s-2vcpu-4gb": 60.90, "db-s-4vcpu-8gb": 121.80},
	"mysql":  {"db-s-1vcpu-1gb": 15.15, "db-s-1vcpu-2gb": 30.45, "db-s-2vcpu-4gb": 60.90, "db-s-4vcpu-8gb": 121.80},
	"valkey": {"db-s-1vcpu-1gb": 15, "db-s-1vcpu-2gb": 30, "db-s-2vcpu-4gb": 60, "db-s-4vcpu-8gb": 120},
}

// hoursAMonth is how many hours DigitalOcean bills for a month at most.
const hoursAMonth = 672

// clusterPlan is a cluster that is to be made.
type clusterPlan struct {
	version, size, region string
	monthly               float64
}

// clusterPlan chooses the smallest cluster of a kind that DigitalOcean sells where the app
// runs.
func (p *Provider) clusterPlan(ctx context.Context, spec providers.Spec, m managed) (clusterPlan, error) {
	options, err := account.Whole(p.api.Databases.ListOptions(ctx))
	if err != nil {
		return clusterPlan{}, p.failed("ask which databases DigitalOcean sells", err)
	}
	sold := map[string]godo.DatabaseEngineOptions{"pg": options.PostgresSQLOptions, "mysql": options.MySQLOptions, "valkey": options.ValkeyOptions}[m.slug]
	place, err := p.placeOf(ctx, spec)
	if err != nil {
		return clusterPlan{}, err
	}
	var c clusterPlan
	at := slices.IndexFunc(place.DataCenters, func(name string) bool { return slices.Contains(sold.Regions, name) })
	if at < 0 {
		return clusterPlan{}, &providers.Usage{
			Err:  fmt.Errorf("DigitalOcean sells no %s in the app's region %s", m.name, place.Slug),
			Next: "choose another with --region; databases are in " + strings.Join(sold.Regions, ", "),
		}
	}
	c.region = place.DataCenters[at]
	if c.version = fitting(sold.Versions, m.version); c.version == "" {
		return clusterPlan{}, &providers.Refused{
			Err:  fmt.Errorf("DigitalOcean sells no %s %s or newer, but %s", m.name, m.version, strings.Join(sold.Versions, ", ")),
			Next: "leave the service out, and give the app the address of a database elsewhere with --env",
		}
	}
	if c.size, c.monthly = cheapest(sold.Layouts, nodePrices[m.slug]); c.size == "" {
		return clusterPlan{}, &providers.Refused{
			Err:  fmt.Errorf("DigitalOcean sells no %s with a single node at the moment", m.name),
			Next: "try again later, or choose another --region",
		}
	}
	return c, nil
}

// placeOf is the region of the app, or where it is to be made.
func (p *Provider) placeOf(ctx context.Context, spec providers.Spec) (Region, error) {
	app, err := p.app(ctx, spec)
	if err != nil {
		return Region{}, err
	}
	sale, err := p.Catalog(ctx)
	if err != nil {
		return Region{}, err
	}
	if app != nil && app.Spec.Region != "" {
		spec.Region = app.Spec.Region
	}
	return sale.region(spec)
}

// fitting is the oldest of the versions that is not older than wanted; "" if there is none.
func fitting(versions []string, wanted string) string {
	best, least := "", major(wanted)
	for _, v := range versions {
		if n := major(v); n >= least && (best == "" || n < major(best)) {
			best = v
		}
	}
	return best
}

// major is a version's first number; 0 if it has none.
func major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(first) // what is no number is older than all
	return n
}

// cheapest is the cheapest size of a single node, of those whose price is known; without
// such, the first.
func cheapest(layouts []godo.DatabaseLayout, prices map[string]float64) (size string, monthly float64) {
	at := slices.IndexFunc(layouts, func(l godo.DatabaseLayout) bool { return l.NodeNum == 1 && len(l.Sizes) > 0 })
	if at < 0 {
		return "", 0
	}
	known := slices.DeleteFunc(slices.Clone(layouts[at].Sizes), func(s string) bool { return prices[s] == 0 })
	if len(known) == 0 {
		return layouts[at].Sizes[0], 0
	}
	size = slices.MinFunc(known, func(a, b string) int { return cmp.Compare(prices[a], prices[b]) })
	return size, prices[size]
}
