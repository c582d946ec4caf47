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
			shell.LookFiles(nginxSite(p, System{}).Path, nginxEnabled+p.Name, nginxDefault),
			`echo "service $(systemctl is-active nginx.service) $(systemctl is-enabled nginx.service)"`,
		)
	},
	decide: func(v view) []providers.Change {
		site := nginxSite(v.Plan, v.System)
		changes := changedFiles(v.Looked, "", site)
		looked := splitLines(v.Looked)
		if !slices.Contains(looked, "link "+site.Path+" "+nginxEnabled+v.Plan.Name) {
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
		return changes
	},
	script: func(v view) string {
		site := nginxSite(v.Plan, v.System)
		return shell.Lines(
			site.Put(),
			shell.Command("ln", "-sfn", site.Path, nginxEnabled+v.Plan.Name),
			shell.Keep(nginxDefault),
			shell.Command("rm", "-f", nginxDefault),
			`nginx -q -t || { rm -f `+shell.Quote(nginxEnabled+v.Plan.Name)+`; exit 1; }`,
			enabled("nginx.service"),
			`systemctl reload-or-restart nginx.service`,
		)
	},
}
