package plan

import "slices"

// Logins are the users that slipway may log in as, the usual one first. The next is
// for a server on which the usual one is somebody else's.
var Logins = []string{"deploy", "slipway"}

// LoginUser is the user that slipway makes on the server and logs in as.
func (p Plan) LoginUser() string {
	if slices.Contains(Logins, p.Login) {
		return p.Login
	}
	return Logins[0]
}
