// Package web has what stands between the world and an app: nginx, the log of
// requests, the certificate, and the look from outside. order.go of package steps has
// its facts in the run order; deploy, status and audit look from outside with it, and
// Remove is destroy's.
//
// What it guarantees:
//
//   - nginx gets a site only if nginx accepts it, and a new release takes the traffic
//     without a reload of nginx.
//   - Once there is a certificate for all names, HTTP only redirects. Until then the
//     app answers over HTTP, and the server switches by itself.
//   - The server obtains and renews its certificate without Slipway. It asks the
//     authority only if the names lead to it, and after a refusal not before the
//     authority takes another request.
//   - What talks to the authority is not root. nginx gets its key by a program that
//     checks it.
//   - Without --domain there is no certificate, no unit and no user for it.
//   - What a visitor sent is in the log as JSON text, without the query of an address,
//     and the log fills no disk.
package web
