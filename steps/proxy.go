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
			changes = append(changes, providers.Change{What: "start nginx, now and at every boot"})
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

// nginxSite passes everything on to the socket of the current release. nginx
// follows the link anew for each request, so a release takes over by a rename.
func nginxSite(p Plan, s System) shell.File {
	listen := "	listen 80 default_server;\n"
	if s.IPv6 {
		listen += "	listen [::]:80 default_server;\n"
	}
	return shell.File{Path: "/etc/nginx/sites-available/" + p.Name, Mode: "644", Content: `# Written by slipway.
upstream app {
	server unix:` + p.layout().current() + `/socket fail_timeout=0;
}

server {
` + listen + `	server_name _;
	server_tokens off;
	client_max_body_size 32m;

	add_header X-Content-Type-Options nosniff always;
	add_header X-Frame-Options SAMEORIGIN always;
	add_header Referrer-Policy strict-origin-when-cross-origin always;

	# Which release answers; it says no more than that.
	location = ` + releasePath + ` {
		default_type text/plain;
		alias ` + p.layout().current() + `/name;
	}

	location / {
		proxy_pass http://app;
		proxy_set_header Host $http_host;
		proxy_set_header X-Real-IP $remote_addr;
		proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header X-Forwarded-Proto $scheme;
		proxy_set_header X-Forwarded-Host $http_host;
		proxy_read_timeout 60s;
	}
}
`}
}

// releasePath is where nginx tells which release is current.
const releasePath = "/.well-known/slipway-release"
