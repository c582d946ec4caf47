package plan

import (
	"fmt"
	"slices"
	"strings"

	"slipway/providers"
	"slipway/steps/app"
)

// Services are the kinds of databases that run beside the app, sorted: "mariadb",
// "postgres", "redis".
func (p Plan) Services() []string { return servicesOf(p.Value(KeyService)) }

func servicesOf(value string) []string {
	if value == "" || value == app.NoServices {
		return nil
	}
	kinds := strings.Split(value, ListSeparator)
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func checkServices(value string) error {
	if value == app.NoServices {
		return nil
	}
	for kind := range strings.SplitSeq(value, ListSeparator) {
		if !slices.Contains([]string{app.Postgres, app.Redis, app.MariaDB}, kind) {
			return Usagef("", "it is %s, %s or %s, or %s alone", app.Postgres, app.Redis, app.MariaDB, app.NoServices)
		}
	}
	return nil
}

// serviceTitles are the kinds of databases as people call them, managedTitles what stands for
// them among DigitalOcean's managed databases.
var (
	serviceTitles = map[string]string{app.Postgres: "PostgreSQL", app.MariaDB: "MariaDB", app.Redis: "Redis"}
	managedTitles = map[string]string{app.MariaDB: "MySQL", app.Redis: "Valkey"}
)

// ServiceTitle is what a provider has for a kind of database, as people call it: "PostgreSQL".
func ServiceTitle(provider, kind string) string {
	if title := managedTitles[kind]; title != "" && provider == ProviderAppPlatform {
		return title
	}
	return serviceTitles[kind]
}

func (p *Plan) serviceTitle(kind string) string { return ServiceTitle(p.Value(KeyProvider), kind) }

// ServiceNames are the variables by which the app reads where the databases beside it are.
func (p Plan) ServiceNames() []app.ServiceName {
	return slices.DeleteFunc(slices.Clone(p.App.ServiceNames), func(n app.ServiceName) bool {
		return !slices.Contains(p.Services(), n.Kind)
	})
}

// ServiceVariables are the same as a platform takes them.
func (p Plan) ServiceVariables() []providers.ServiceName {
	var all []providers.ServiceName
	for _, n := range p.ServiceNames() {
		all = append(all, providers.ServiceName{Variable: n.Variable, Kind: n.Kind, Part: n.Part, Scheme: n.Scheme})
	}
	return all
}

// Offers are the databases that the app seems to use, and of which nobody has said yet
// whether one shall run beside it.
func (p Plan) Offers() []app.Offer {
	if p.Value(KeyService) == app.NoServices {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.App.Offers), func(o app.Offer) bool {
		return slices.Contains(p.Services(), o.Kind) || p.givenAddress(o.Kind)
	})
}

// givenAddress tells whether a variable of this run says where a database is.
func (p Plan) givenAddress(kind string) bool {
	for _, value := range p.Env {
		if app.KindOfAddress(value) == kind {
			return true
		}
	}
	return slices.ContainsFunc(p.App.ServiceNames, func(n app.ServiceName) bool {
		_, given := p.Env[n.Variable]
		return given && n.Kind == kind && n.Part != app.PartEngine && n.Part != app.PartPassword
	})
}

// warnOfServices names the databases that the app seems to use, and those of which the app
// does not seem to read where they are. After the first run the address of one may be on
// the server, and only there, so nothing is offered any more.
func (p *Plan) warnOfServices() {
	for _, kind := range p.Services() {
		if !slices.ContainsFunc(p.App.ServiceNames, func(n app.ServiceName) bool { return n.Kind == kind }) {
			p.warn(fmt.Sprintf("nothing was found in the source that reads where %s is: its address is in the usual variables, and names under [services] in %s has others set",
				p.serviceTitle(kind), app.SettingsFile))
		}
	}
	if p.Tag != "" {
		return
	}
	for _, o := range p.Offers() {
		p.warn(fmt.Sprintf("the app has %s: --service %s puts %s beside it, and --service %s says that it needs none", o.Why, o.Kind, p.serviceTitle(o.Kind), app.NoServices))
	}
}

// supplied tells whether a database beside the app sets a variable.
func (p *Plan) supplied(variable string) bool {
	if p.Value(KeyProvider) == ProviderHeroku && !slices.Contains([]string{"DATABASE_URL", "REDIS_URL"}, variable) {
		return false // it names the variables by itself
	}
	return slices.ContainsFunc(p.ServiceNames(), func(n app.ServiceName) bool { return n.Variable == variable })
}

// becauseOfServices says which variables tell the app of each database.
func (p *Plan) becauseOfServices() {
	for _, kind := range p.Services() {
		var names []string
		source := ""
		for _, n := range p.ServiceNames() {
			if n.Kind == kind {
				names = append(names, n.Variable)
				source = n.Source
			}
		}
		if names != nil {
			p.App.Reasons = append(p.App.Reasons, app.Reason{Subject: "variables of " + kind, Value: strings.Join(names, ", "), Source: source})
		}
	}
}
