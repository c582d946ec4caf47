package steps

import (
	"strings"

	"slipway/steps/shell"
)

// nginxSite passes everything on to the socket of the current release. nginx
// follows the link anew for each request, so a release takes over by a rename.
func nginxSite(p Plan, s System) shell.File {
	return shell.File{Path: "/etc/nginx/sites-available/" + p.Name, Mode: "644",
		Content: "# Written by slipway.\n" + upstream(p.layout()) + "\n" + plainServer(p.layout(), s)}
}

// upstream is what requests are passed on to. A connection that nginx keeps
// still leads to the release that it was made to. All of them end two seconds
// after a take-over, each between two requests, and it is nginx that ends them:
// no request meets a closed one.
func upstream(l layout) string {
	return `upstream app {
	server unix:` + l.current() + `/socket fail_timeout=0;
	keepalive 32;
	keepalive_time 1s;
	keepalive_timeout 1s;
}

map $http_upgrade $connection_upgrade {
	default upgrade;
	"" "";
}
`
}

// plainServer serves the app over HTTP, by whatever name it is asked for.
func plainServer(l layout, s System) string {
	return block("server",
		listen(s, "80 default_server"),
		"server_name _;\n",
		answering,
		releaseLocation(l),
		appLocations(l),
	)
}

// listen is a server's listen lines, for both address families where there are
// both.
func listen(s System, port string) string {
	lines := "listen " + port + ";\n"
	if s.IPv6 {
		lines += "listen [::]:" + port + ";\n"
	}
	return lines
}

// answering is said in every server that serves the app.
const answering = `server_tokens off;
client_max_body_size 32m;
access_log ` + requestsLog + ` ` + requestsFormat + ` buffer=32k flush=1s;
error_log ` + errorsLog + `;
gzip_vary on;
gzip_proxied any;
gzip_min_length 1000;
gzip_types text/css text/plain text/javascript application/javascript application/json application/manifest+json application/xml image/svg+xml;

add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options SAMEORIGIN always;
add_header Referrer-Policy strict-origin-when-cross-origin always;

`

// releasePath is where nginx tells which release is current.
const releasePath = "/.well-known/slipway-release"

// releaseLocation tells which release answers; it says no more than that.
func releaseLocation(l layout) string {
	return block("location = "+releasePath,
		"access_log off;\n",
		"default_type text/plain;\n",
		"alias "+l.current()+"/name;\n",
	) + "\n"
}

// appLocations answer with what a release has for everybody, and pass all other
// requests on to the app.
func appLocations(l layout) string {
	return "root " + l.current() + "/static;\n" + `location / {
	try_files $uri @app;
}

location @app {
	proxy_pass http://app;
	proxy_http_version 1.1;
	proxy_set_header Upgrade $http_upgrade;
	proxy_set_header Connection $connection_upgrade;
	proxy_set_header Host $http_host;
	proxy_set_header X-Real-IP $remote_addr;
	proxy_set_header X-Forwarded-For $remote_addr;
	proxy_set_header X-Forwarded-Proto $scheme;
	proxy_set_header X-Forwarded-Host $http_host;
	proxy_set_header X-Request-ID $request_id;
	proxy_read_timeout 60s;
}
`
}

// block is a block of nginx's configuration, its lines set in by a tab.
func block(head string, parts ...string) string {
	var b strings.Builder
	b.WriteString(head + " {\n")
	for line := range strings.Lines(strings.Join(parts, "")) {
		if line != "\n" {
			b.WriteByte('\t')
		}
		b.WriteString(line)
	}
	b.WriteString("}\n")
	return b.String()
}
