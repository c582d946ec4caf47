package web

import (
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// siteFile and secureSiteFile are where nginx's site lies: as it is until there
// is a certificate for all of the app's names, and as it is then. Which of them
// nginx reads is a link, so that the server can go over by itself.
func siteFile(p plan.Plan) string { return "/etc/nginx/sites-available/" + p.Name }

func secureSiteFile(p plan.Plan) string { return siteFile(p) + "-https" }

// NginxSite passes everything on to the socket of the current release. nginx
// follows the link anew for each request, so a release takes over by a rename.
// The names that are secured are served over HTTPS, the rest over HTTP.
func NginxSite(p plan.Plan, s fact.System, secured []string) shell.File {
	parts := []string{"# Written by slipway.\n" + upstream(layout.Of(p.Name)), plainServer(p, s)}
	if len(secured) > 0 {
		parts = append(parts, secureServers(p, s, secured)...)
	}
	return shell.File{Path: siteFile(p), Mode: "644", Content: strings.Join(parts, "\n")}
}

// secureSite serves all of the app's names over HTTPS, and sends there whoever
// asks over HTTP.
func secureSite(p plan.Plan, s fact.System) shell.File {
	parts := append([]string{"# Written by slipway.\n" + upstream(layout.Of(p.Name)), elsewhereServer(p, s)}, secureServers(p, s, p.Domains())...)
	return shell.File{Path: secureSiteFile(p), Mode: "644", Content: strings.Join(parts, "\n")}
}

// upstream is what requests are passed on to. A connection that nginx keeps
// still leads to the release that it was made to. All of them end two seconds
// after a take-over, each between two requests, and it is nginx that ends them:
// no request meets a closed one.
func upstream(l layout.Layout) string {
	return `upstream app {
	server unix:` + l.Current() + `/socket fail_timeout=0;
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
func plainServer(p plan.Plan, s fact.System) string {
	return block("server",
		listen(s, "80 default_server"),
		"server_name _;\n",
		answering,
		releaseLocation(layout.Of(p.Name)),
		certificateLocations(p),
		appLocations(layout.Of(p.Name)),
	)
}

// elsewhereServer answers over HTTP to what is none of the app's names, the bare
// address among it: it sends whoever asks to the first of the names.
func elsewhereServer(p plan.Plan, s fact.System) string {
	return block("server",
		listen(s, "80 default_server"),
		"server_name _;\nserver_tokens off;\n\n",
		releaseLocation(layout.Of(p.Name)),
		certificateLocations(p),
		redirect(p.Domains()[0]),
	)
}

// secureServers serve names over HTTPS and send those there who ask for them
// over HTTP. A handshake for any other name is refused: there is no certificate
// that could vouch for the answer.
func secureServers(p plan.Plan, s fact.System, names []string) []string {
	named := "server_name " + strings.Join(names, " ") + ";\n"
	return []string{
		block("server",
			listen(s, "80"),
			named+"server_tokens off;\n\n",
			releaseLocation(layout.Of(p.Name)),
			certificateLocations(p),
			redirect("$host"),
		),
		block("server",
			listenSecure(s, " default_server"),
			"server_name _;\nserver_tokens off;\n",
			handshakes,
			"ssl_reject_handshake on;\nreturn 421;\n",
		),
		block("server",
			listenSecure(s, ""),
			named,
			"ssl_certificate "+certificatePath+";\nssl_certificate_key "+certificatePath+";\n",
			handshakes,
			answering,
			strictTransport,
			releaseLocation(layout.Of(p.Name)),
			appLocations(layout.Of(p.Name)),
		),
	}
}

// handshakes is Mozilla's intermediate configuration, without the key exchange
// that would need parameters of its own: every browser of the last ten years.
const handshakes = `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_prefer_server_ciphers off;
ssl_session_timeout 1d;
ssl_session_cache shared:slipway:2m;
ssl_session_tickets off;
`

// strictTransport has browsers use nothing but HTTPS for two years.
const strictTransport = `add_header Strict-Transport-Security max-age=63072000 always;

`

func redirect(host string) string {
	return block("location /", "return 301 https://"+host+"$request_uri;\n")
}

// certificateLocations are what a certificate is obtained with: the authority's
// challenges, and which server this is.
func certificateLocations(p plan.Plan) string {
	if len(p.Domains()) == 0 {
		return ""
	}
	return block("location ^~ /.well-known/acme-challenge/", "default_type text/plain;\n", "alias "+acmeChallenges+"/;\n") + "\n" +
		block("location = "+serverPath, "default_type text/plain;\n", "return 200 "+serverIdentity(p)+";\n") + "\n"
}

// listenSecure is a server's listen lines for HTTPS with HTTP/2, of which nginx
// changed the words with 1.25.1: Debian 12 and Ubuntu 24.04 have older ones.
func listenSecure(s fact.System, more string) string {
	if s.ID == "debian" && s.Version == "12" || s.ID == "ubuntu" && s.Version == "24.04" {
		return listen(s, "443 ssl http2"+more)
	}
	return listen(s, "443 ssl"+more) + "http2 on;\n"
}

// listen is a server's listen lines, for both address families where there are
// both.
func listen(s fact.System, port string) string {
	lines := "listen " + port + ";\n"
	if s.IPv6 {
		lines += "listen [::]:" + port + ";\n"
	}
	return lines
}

// answering is said in every server that serves the app.
const answering = `server_tokens off;
client_max_body_size 32m;
access_log ` + RequestsLog + ` ` + requestsFormat + ` buffer=32k flush=1s;
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
func releaseLocation(l layout.Layout) string {
	return block("location = "+releasePath,
		"default_type text/plain;\n",
		"alias "+l.Current()+"/name;\n",
	) + "\n"
}

// appLocations answer with the files that the current release has for everybody,
// and pass all other requests on to the app. Under which paths the files are is
// the release's own to say: to look for one at every request costs a seventh of
// nginx's time. The app gets few headers for the same reason; the two that are
// empty are not a stranger's to set.
func appLocations(l layout.Layout) string {
	return `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Request-ID $request_id;
proxy_set_header X-Forwarded-Host "";
proxy_set_header X-Real-IP "";
proxy_read_timeout 60s;

include ` + l.StaticPaths(l.Current()) + `*;

location / {
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
