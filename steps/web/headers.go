package web

import "strings"

// hostMap makes $slipway_host, the host that the app is told. nginx takes the name from
// the request's address where that has one, and chooses the site by it, whatever the
// header Host says; the app is told the same name. A visitor's port stays, because through
// a tunnel the app has another one than nginx. No host or header has a space in it.
const hostMap = `# The host by which nginx chose the site, with the visitor's port.
map "$host $http_host" $slipway_host {
	default $host;
	"~*^([^ ]+) \\1(:[0-9]{1,5})?$" $http_host;
	"_ " "";
}
`

// emptied are the headers that frameworks, servers and their middlewares take for the word
// of a proxy in front of them. Anybody can send them, and nginx is the only proxy: the app
// gets none that a visitor made up. What nginx itself says (X-Forwarded-For, -Proto,
// X-Request-ID) replaces theirs. The list is made of what these read: Werkzeug's ProxyFix,
// Django's settings and RemoteUserMiddleware, gunicorn's secure_scheme_headers, uvicorn,
// hypercorn, daphne, waitress, Tornado, aiohttp-remotes, Sanic, Falcon, Bottle, CherryPy,
// WebOb, python-ipware, the usual snippets for an app below a prefix, and what the common
// authenticating proxies (oauth2-proxy, Authelia, authentik, Envoy) send.
//
// A header that is set to nothing costs no time for each request. Names with "_" are
// dropped by nginx as it is.
var emptied = []string{
	// Who asks.
	"Forwarded", "X-Forwarded", "Forwarded-For", "X-Original-Forwarded-For", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP",
	"X-True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Pseudo-IPv4", "Fastly-Client-IP", "X-Cluster-Client-IP", "X-Originating-IP",
	"X-Remote-IP", "X-Remote-Addr", "Remote-Addr", "X-ProxyUser-IP", "X-AppEngine-User-IP", "Fly-Client-IP", "DO-Connecting-IP",
	"X-Azure-ClientIP", "X-Azure-SocketIP", "X-Envoy-External-Address", "X-Forwarded-By",
	// What was asked for, and how.
	"X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Uri", "X-Forwarded-Url",
	"X-Forwarded-Method", "X-Forwarded-Protocol", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Scheme", "X-Url-Scheme", "Front-End-Https",
	"CF-Visitor", "CloudFront-Forwarded-Proto", "X-Original-URL", "X-Original-URI", "X-Original-Host", "X-Original-Method", "X-Original-Proto",
	"X-Rewrite-URL", "X-Script-Name", "Script-Name", "X-Path-Info", "Proxy",
	// Who has logged in.
	"Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups", "X-Remote-User", "X-Remote-Email", "X-Remote-Groups", "X-Remote-Name",
	"X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username", "X-Forwarded-Access-Token",
	"X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Access-Token",
	"X-Authentik-Username", "X-Authentik-Email", "X-Authentik-Groups", "X-Authentik-Name", "X-Authentik-Uid",
	"X-WebAuth-User", "X-Authenticated-User", "X-Forwarded-Client-Cert", "X-SSL-Client-Cert", "X-SSL-Client-Verify",
	"X-SSL-Client-S-DN", "SSL-Client-Cert", "SSL-Client-Verify",
}

// emptiedHeaders are nginx's lines for them. Its table of headers must have room for all.
func emptiedHeaders() string {
	var b strings.Builder
	b.WriteString("proxy_headers_hash_max_size 2048;\nproxy_headers_hash_bucket_size 128;\n")
	for _, name := range emptied {
		b.WriteString("proxy_set_header " + name + " \"\";\n")
	}
	return b.String()
}
