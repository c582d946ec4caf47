package steps

import (
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

const (
	nginxEnabled = "/etc/nginx/sites-enabled/"
	nginxDefault = nginxEnabled + "default"
)

// proxy is nginx in front of the app.
var proxy = &fact{
	name: "proxy", title: "nginx in front of the app", phase: providers.PhaseOther, limit: time.Minute,
	look: func(p Plan) string {
		return shell.Lines(
			shell.LookFiles(siteFile(p), secureSiteFile(p), nginxEnabled+p.Name, nginxDefault, certificateTimer().Path),
			`echo "service $(systemctl is-active nginx.service) $(systemctl is-enabled nginx.service)"`,
			lookInstalled,
		)
	},
	decide: func(v view) []providers.Change {
		sites, current := sitesOf(v)
		changes := changedFiles(v.Looked, "", sites...)
		looked := splitLines(v.Looked)
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
	script: func(v view) string {
		sites, current := sitesOf(v)
		enabledSite := nginxEnabled + v.Plan.Name
		gone := ""
		if domainGivenUp(v) {
			gone = removeCertificate()
		}
		return shell.Lines(
			put(sites),
			shell.Command("ln", "-sfnT", current, enabledSite),
			shell.Keep(nginxDefault),
			shell.Command("rm", "-f", nginxDefault),
			`nginx -q -t || { rm -f `+shell.Quote(enabledSite)+`; exit 1; }`,
			enabled("nginx.service"),
			`systemctl reload-or-restart nginx.service`,
			gone,
		)
	},
}

// domainGivenUp tells whether the server still renews a certificate that nothing
// needs any more.
func domainGivenUp(v view) bool {
	return len(v.Plan.domains()) == 0 && strings.Contains(v.Looked, certificateTimer().Path)
}

// sitesOf are the site's files and the one that nginx should read. Once there
// is a certificate for all names the other one is what the server had before it
// went over, and is left as it is.
func sitesOf(v view) (sites []shell.File, current string) {
	names, c := v.Plan.domains(), readCertificate(v.Looked)
	if c.covers(names) {
		return []shell.File{secureSite(v.Plan, v.System)}, secureSiteFile(v.Plan)
	}
	sites = []shell.File{nginxSite(v.Plan, v.System, c.secured(names))}
	if len(names) > 0 {
		sites = append(sites, secureSite(v.Plan, v.System))
	}
	return sites, siteFile(v.Plan)
}

// removeWeb is shell text that removes nginx's site, the log of requests, and
// the certificate with what renews it. nginx is not reloaded. It can be run again.
func removeWeb(p Plan) string {
	return shell.Lines(
		removeCertificate(),
		`systemctl --quiet disable --now slipway-logrotate.timer 2>/dev/null || :`,
		shell.Command("rm", "-f", nginxEnabled+p.Name, siteFile(p), secureSiteFile(p)),
		`rm -f `+shell.Command(paths(requestLogFiles)...),
		shell.Command("rm", "-rf", logsFolder),
	)
}
