package web

import (
	"strconv"
	"strings"
	"time"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// siteFile and secureSiteFile are the paths of nginx's two sites for the app: the one
// until there is a certificate for all of its names, and the HTTPS one. A link says
// which of them nginx reads, so that the server can switch by itself.
func siteFile(p plan.Plan) string { return "/etc/nginx/sites-available/" + p.ServerName() }

func secureSiteFile(p plan.Plan) string { return siteFile(p) + "-https" }

// NginxSite is the site that passes requests on to the socket of the current release.
// nginx follows the link to it anew for each connection, so a rename is enough for the
// next release to take the traffic. Names that are secured are served over HTTPS, all
// others over HTTP.
func NginxSite(p plan.Plan, s fact.System, secured []string) shell.File {
	parts := []string{"# Written by slipway.\n" + upstream(layout.Of(p.ServerName())), httpServer(p, s)}
	if len(secured) > 0 {
		parts = append(parts, httpsServers(p, s, secured)...)
	}
	return shell.File{Path: siteFile(p), Mode: "644", Content: strings.Join(parts, "\n")}
}

// httpsSite is the site that serves all of the app's names over HTTPS, and redirects
// HTTP to it.
func httpsSite(p plan.Plan, s fact.System) shell.File {
	parts := append([]string{"# Written by slipway.\n" + upstream(layout.Of(p.ServerName())), redirectServer(p, s)}, httpsServers(p, s, p.Domains())...)
	return shell.File{Path: secureSiteFile(p), Mode: "644", Content: strings.Join(parts, "\n")}
}

// upstream is the socket that nginx passes requests on to. A connection that nginx
// keeps open still leads to the release before. nginx itself closes it between two
// requests, so no request is lost on it.
func upstream(l layout.Layout) string {
	return `upstream app {
	server unix:` + l.Current() + `/socket fail_timeout=0;
	keepalive 32;
	keepalive_time ` + milliseconds(release.KeepAlive) + `;
	keepalive_timeout ` + milliseconds(release.Rest) + `;
}

map $http_upgrade $connection_upgrade {
	default upgrade;
	"" "";
}

` + hostMap + `
# A header that the app sets itself is the app's.
map $upstream_http_content_security_policy $slipway_framed {
	default SAMEORIGIN;
	~*frame-ancestors "";
}

map $upstream_http_x_frame_options $slipway_frame_options {
	default "";
	"" $slipway_framed;
}

map $upstream_http_x_content_type_options $slipway_content_type_options {
	default "";
	"" nosniff;
}

map $upstream_http_referrer_policy $slipway_referrer_policy {
	default "";
	"" strict-origin-when-cross-origin;
}

map $upstream_http_strict_transport_security $slipway_strict_transport {
	default "";
	"" max-age=63072000;
}
`
}

func milliseconds(t time.Duration) string { return strconv.FormatInt(t.Milliseconds(), 10) + "ms" }

// httpServer serves the app over HTTP, whatever name was asked for.
func httpServer(p plan.Plan, s fact.System) string {
	return block("server",
		listen(s, "80 default_server"),
		"server_name _;\n",
		appSettings,
		releaseLocation(layout.Of(p.ServerName())),
		certificateLocations(p),
		appLocations(layout.Of(p.ServerName())),
	)
}

// redirectServer answers over HTTP to any host that is none of the app's names, such
// as the server's address: it redirects to the first of the names.
func redirectServer(p plan.Plan, s fact.System) string {
	return block("server",
		listen(s, "80 default_server"),
		"server_name _;\nserver_tokens off;\n\n",
		releaseLocation(layout.Of(p.ServerName())),
		certificateLocations(p),
		redirect(p.Domains()[0]),
	)
}

// httpsServers serve names over HTTPS, and redirect HTTP for these names to it. A TLS
// handshake for any other name is refused: no certificate is valid for it.
func httpsServers(p plan.Plan, s fact.System, names []string) []string {
	named := "server_name " + strings.Join(names, " ") + ";\n"
	return []string{
		block("server",
			listen(s, "80"),
			named+"server_tokens off;\n\n",
			releaseLocation(layout.Of(p.ServerName())),
			certificateLocations(p),
			redirect("$host"),
		),
		block("server",
			listenHTTPS(s, " default_server"),
			"server_name _;\nserver_tokens off;\n",
			tlsSettings,
			"ssl_reject_handshake on;\nreturn 421;\n",
		),
		block("server",
			listenHTTPS(s, ""),
			named,
			"ssl_certificate "+certificatePath+";\nssl_certificate_key "+certificatePath+";\n",
			tlsSettings,
			appSettings,
			strictTransport,
			releaseLocation(layout.Of(p.ServerName())),
			appLocations(layout.Of(p.ServerName())),
		),
	}
}

// tlsSettings are Mozilla's intermediate configuration, without the key exchange that
// needs a parameter file. Every browser of the last ten years can connect.
const tlsSettings = `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_prefer_server_ciphers off;
ssl_session_timeout 1d;
ssl_session_cache shared:slipway:2m;
ssl_session_tickets off;
`

// strictTransport tells browsers to use nothing but HTTPS for two years.
const strictTransport = `add_header Strict-Transport-Security $slipway_strict_transport always;

`

// redirect sends every request to the same path at a host over HTTPS.
func redirect(host string) string {
	return block("location /", "return 301 https://"+host+"$request_uri;\n")
}

// certificateLocations answer the authority's challenges and say which server this
// is. They are empty for an app without domains.
func certificateLocations(p plan.Plan) string {
	if len(p.Domains()) == 0 {
		return ""
	}
	return block("location ^~ /.well-known/acme-challenge/", "default_type text/plain;\n", "alias "+acmeChallenges+"/;\n", "disable_symlinks on from=/run;\n") + "\n" +
		block("location = "+serverPath, "default_type text/plain;\n", "return 200 "+serverIdentity(p)+";\n") + "\n"
}

// listenHTTPS is a server's listen lines for HTTPS with HTTP/2. nginx 1.25.1 changed
// how they are written; Debian 12 and Ubuntu 24.04 have an older nginx.
func listenHTTPS(s fact.System, more string) string {
	if s.ID == "debian" && s.Version == "12" || s.ID == "ubuntu" && s.Version == "24.04" {
		return listen(s, "443 ssl http2"+more)
	}
	return listen(s, "443 ssl"+more) + "http2 on;\n"
}

// listen is a server's listen lines: for IPv4, and for IPv6 if the system has it.
func listen(s fact.System, port string) string {
	lines := "listen " + port + ";\n"
	if s.IPv6 {
		lines += "listen [::]:" + port + ";\n"
	}
	return lines
}

// appSettings are in every server block that serves the app.
const appSettings = `server_tokens off;
access_log ` + RequestsLog + ` ` + requestsFormat + ` buffer=32k flush=1s;
error_log ` + errorsLog + `;
gzip_vary on;
gzip_proxied any;
gzip_min_length 1000;
gzip_types text/css text/plain text/javascript application/javascript application/json application/manifest+json application/xml image/svg+xml;

add_header X-Content-Type-Options $slipway_content_type_options always;
add_header X-Frame-Options $slipway_frame_options always;
add_header Referrer-Policy $slipway_referrer_policy always;

`

// releasePath is where nginx answers with the name of the current release.
const releasePath = "/.well-known/slipway-release"

// releaseLocation answers at releasePath. Visitors learn no more than the name.
func releaseLocation(l layout.Layout) string {
	return block("location = "+releasePath,
		"default_type text/plain;\n",
		"alias "+l.Current()+"/name;\n",
	) + "\n"
}

// appLocations serve the static files of the current release, and pass all other
// requests on to the app. The release's own configuration says which paths are static:
// to look for a file at every request costs a seventh of nginx's time. How much and how
// long a request may take is the release's to say; a websocket may be quiet for an hour.
func appLocations(l layout.Layout) string {
	return `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_set_header Host $slipway_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Request-ID $request_id;
` + emptiedHeaders() + `
include ` + l.Limits(l.Current()) + `*;
include ` + l.StaticPaths(l.Current()) + `*;

location / {
	error_page 418 = @websocket;
	if ($http_upgrade ~* ^websocket$) {
		return 418;
	}
	proxy_pass http://app;
}

location @websocket {
	proxy_read_timeout 1h;
	proxy_send_timeout 1h;
	proxy_pass http://app;
}

location @earlier {
	root ` + l.Current() + `/earlier/static;
	try_files $uri @app;
}

location @app {
	proxy_pass http://app;
}
`
}

// block is a block of nginx's configuration, its lines indented by a tab.
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
