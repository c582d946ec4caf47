package web

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

const (
	// nginxEnabled is the folder of links to the sites that nginx reads.
	nginxEnabled = "/etc/nginx/sites-enabled/"
	nginxDefault = nginxEnabled + "default"
)

var (
	//go:embed proxy.sh
	proxyText string
	//go:embed defaultpage.sh
	defaultPageText string
)

// removeDefaultPage is shell text that removes nginx's default page, which answers all
// names as the app does, unless somebody has edited it: then it is an operator's site.
var removeDefaultPage = shell.Lines(shell.Keep(nginxDefault), shell.Unedited, shell.Script(defaultPageText, shell.Values{"default": nginxDefault}))

// Proxy is nginx in front of the app.
var Proxy = &fact.Fact{
	Name: "proxy", Title: "nginx in front of the app", Phase: providers.PhaseOther, Limit: time.Minute,
	Reads: func(p plan.Plan) fact.Reads {
		return fact.Reads{Units: []string{nginxUnit},
			Files: []string{siteFile(p), secureSiteFile(p), nginxEnabled + p.ServerName(), nginxDefault, certificateTimer().Path}}
	},
	Look: func(plan.Plan) string {
		return shell.Lines(
			shell.Unedited,
			`[ ! -e `+nginxDefault+` ] || unedited `+nginxDefault+` nginx-common /etc/nginx/sites-available/default || echo "edited `+nginxDefault+`"`,
			lookInstalled,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		sites, current := sitesOf(v)
		changes := fact.ChangedFiles(v.Looked, "", sites...)
		looked := shell.SplitLines(v.Looked)
		if !slices.Contains(looked, "link "+current+" "+nginxEnabled+v.Plan.ServerName()) {
			changes = append(changes, providers.Change{What: "let nginx serve the app"})
		}
		for _, line := range looked {
			if strings.HasSuffix(line, " "+nginxDefault) && !slices.Contains(looked, "edited "+nginxDefault) {
				changes = append(changes, providers.Change{What: "remove nginx's default page"})
			}
		}
		if state := shell.UnitsByID(v.Looked)[nginxUnit].State(); state != shell.ActiveAtBoot {
			changes = append(changes, providers.Change{What: "start nginx, now and at every boot", Was: state})
		}
		if domainGivenUp(v) {
			changes = append(changes, providers.Change{What: "remove the certificate and its timer", Why: "the app has no domain any more"})
		}
		return changes
	},
	Script: func(v fact.View) string {
		sites, current := sitesOf(v)
		remove := ""
		if domainGivenUp(v) {
			remove = removeCertificate()
		}
		return shell.Lines(
			shell.PutAll(sites),
			removeDefaultPage,
			release.DefaultLimits(v.Layout(), v.Layout().Current()),
			shell.Script(proxyText, shell.Values{"site": current, "enabled": nginxEnabled + v.Plan.ServerName()}),
			shell.Enable(nginxUnit),
			`systemctl reload-or-restart `+nginxUnit,
			remove,
		)
	},
}

// domainGivenUp tells whether the server still renews a certificate that nothing
// needs any more.
func domainGivenUp(v fact.View) bool {
	return len(v.Plan.Domains()) == 0 && strings.Contains(v.Looked, certificateTimer().Path)
}

// sitesOf are the site's files that should be there, and the path of the one that
// nginx should read. Once there is a certificate for all names only the HTTPS site
// counts: the other one stays as it was before the server switched.
func sitesOf(v fact.View) (sites []shell.File, current string) {
	names, c := v.Plan.Domains(), ReadCertificate(v.Looked)
	if c.Covers(names) {
		return []shell.File{httpsSite(v.Plan, v.System)}, secureSiteFile(v.Plan)
	}
	sites = []shell.File{NginxSite(v.Plan, v.System, c.secured(names))}
	if len(names) > 0 {
		sites = append(sites, httpsSite(v.Plan, v.System))
	}
	return sites, siteFile(v.Plan)
}

// Remove is shell text that removes nginx's site, the log of requests, and the
// certificate with all that renews it. The caller reloads nginx. It can be run again.
func Remove(p plan.Plan) string {
	return shell.Lines(
		removeCertificate(),
		`systemctl --quiet disable --now slipway-logrotate.timer 2>/dev/null || :`,
		shell.Command(append([]string{"rm", "-f", nginxEnabled + p.ServerName(), siteFile(p), secureSiteFile(p)}, shell.Paths(requestLogFiles)...)...),
		shell.Command("rm", "-rf", logsFolder),
	)
}
