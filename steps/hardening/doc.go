// Package hardening is the one list of settings that secure a server: what each
// setting is, why, which benchmark rules it answers, from which profile on it is
// made, and how. It guarantees that whatever reads the list, the steps that change a
// server, `slipway harden --explain` or the table in README.md beside this file,
// reads the same rows, and that a setting which this server can't have is named
// instead of left out in silence.
//
// A Topic is the part of the list that one step brings about: Look makes the shell
// text that asks a server about it, Decide reads the answer and lists the changes,
// and Script makes the changes. All functions are pure. Package system makes a fact
// of each topic; the steps packages, login and firewall, which have more to do than
// a list can say, bring about their rows themselves.
package hardening
