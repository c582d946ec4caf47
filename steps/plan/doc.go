// Package plan turns what a person asked for into a plan: every setting has a
// value, and every value says where it came from. A flag wins over the
// environment, the environment over slipway.toml, slipway.toml over what an
// earlier run of the deployment used, and that over the default.
//
// Making a plan changes nothing. It reads the app's folder, the environment, the
// record of an earlier run and the operator's public key; it writes no file and
// connects to no server and no provider. The same input gives the same plan, and
// the same app, to be run the same way, gives a release of the same name.
//
// What makes no sense, and what can't be changed any more because the server
// exists, is refused here with a *providers.Usage: before anything is made, and
// before anything costs money.
//
// The faces in ui make a plan from flags or answers and show it. The verbs in
// steps and all rooms below them are given the plan and ask it, never the flags
// or slipway.toml. No error and no text of a plan shows the value of one of the
// app's own variables.
package plan
