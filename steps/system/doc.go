// Package system has the facts about the server's operating system: packages, the
// firewall, swap, and the topics of the hardening list. order.go of package steps
// says when each is looked at and applied; Remove is destroy's.
//
// What it guarantees:
//
//   - Nothing but SSH and the web is let in. The port that sshd really listens on
//     stays open, wherever the server has it, so that the firewall shuts out nobody
//     who is logged in.
//   - Rules are loaded only after nft has accepted them, and only Slipway's own table
//     is replaced. What could lock the operator out is guarded: see package guard.
//   - Packages are installed without a question, after what dpkg was interrupted in.
//   - Swap that somebody else made is left alone, and so is a disk that is almost full.
//   - Remove leaves packages where they are and can be run again.
package system
