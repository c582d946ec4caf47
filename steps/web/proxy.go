package web

import (
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	nginxEnabled = "/etc/nginx/sites-enabled/"
	nginxDefault = nginxEnabled + "default"
)

// Proxy is nginx in front of the app.
var Proxy = &fact.Fact{
	Name: "proxy", Title: "nginx in front of the app", Phase: providers.PhaseOther, Limit: time.Minute,
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(siteFile(p), secureSiteFile(p), nginxEnabled+p.Name, nginxDefault, certificateTimer().Path),
			`echo "service $(systemctl is-active nginx.service) $(systemctl is-enabled nginx.service)"`,
			lookInstalled,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		sites, current := sitesOf(v)
		changes := fact.ChangedFiles(v.Looked, "", sites...)
		looked := shell.SplitLines(v.Looked)
		if !slices.Contains(looked, "link "+current+" "+nginxEnabled+v.Plan.Name) {
			changes = append(changes, providers.Change{What: "let nginx serve the app"})
		}
		for _, line := range looked {
			if strings.HasSuffix(line, " "+nginxDefault) {
				changes = append(changes, providers.Change{What: "remove nginx's default page"})
			}
		}
		if !slices.Contains(looked, "service active enabled") {
			changes = append(changes, providers.Change{What: "start nginx, now and at every boot", Was: shell.Fields(v.Looked)["service"]})
		}
		if domainGivenUp(v) {
			changes = append(changes, providers.Change{What: "remove the certificate and its timer", Why: "the app has no domain any more"})
		}
		return changes
	},
	Script: func(v fact.View) string {
		sites, current := sitesOf(v)
		enabledSite := nginxEnabled + v.Plan.Name
		gone := ""
		if domainGivenUp(v) {
			gone = removeCertificate()
		}
		return shell.Lines(
			shell.PutAll(sites),
			shell.Command("ln", "-sfnT", current, enabledSite),
			shell.Keep(nginxDefault),
			shell.Command("rm", "-f", nginxDefault),
			`nginx -q -t || { rm -f `+shell.Quote(enabledSite)+`; exit 1; }`,
			shell.Enable("nginx.service"),
			`systemctl reload-or-restart nginx.service`,
			gone,
		)
	},
}

// domainGivenUp tells whether the server still renews a certificate that nothing
// needs any more.
func domainGivenUp(v fact.View) bool {
	return len(v.Plan.Domains()) == 0 && strings.Contains(v.Looked, certificateTimer().Path)
}

// sitesOf are the site's files and the one that nginx should read. Once there
// is a certificate for all names the other one is what the server had before it
// went over, and is left as it is.
func sitesOf(v fact.View) (sites []shell.File, current string) {
	names, c := v.Plan.Domains(), ReadCertificate(v.Looked)
	if c.Covers(names) {
		return []shell.File{secureSite(v.Plan, v.System)}, secureSiteFile(v.Plan)
	}
	sites = []shell.File{NginxSite(v.Plan, v.System, c.secured(names))}
	if len(names) > 0 {
		sites = append(sites, secureSite(v.Plan, v.System))
	}
	return sites, siteFile(v.Plan)
}

// Remove is shell text that removes nginx's site, the log of requests, and
// the certificate with what renews it. nginx is not reloaded. It can be run again.
func Remove(p plan.Plan) string {
	return shell.Lines(
		removeCertificate(),
		`systemctl --quiet disable --now slipway-logrotate.timer 2>/dev/null || :`,
		shell.Command("rm", "-f", nginxEnabled+p.Name, siteFile(p), secureSiteFile(p)),
		`rm -f `+shell.Command(shell.Paths(requestLogFiles)...),
		shell.Command("rm", "-rf", logsFolder),
	)
}
