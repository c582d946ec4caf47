// Package shell makes the POSIX shell text that Slipway runs on servers, and reads
// what that text prints. Every room of steps calls it, and it knows none of them.
//
// What it guarantees:
//
//   - Any text without a NUL byte can be a word, a file's content or a script's
//     parameter: it is quoted here, and nowhere by hand.
//   - It does nothing. The same arguments give the same text; package remote runs it.
//   - A script is an embedded file that declares its parameters at its top. Script
//     gives it exactly these, so nothing is spliced into the text of a script.
//   - What writes a file can be cut off at any instant: the old file or the new one
//     is there, never half of one, and what somebody else wrote is kept.
//   - The text for files and packages runs in a subshell: it sets no variable of the
//     script that it is part of, and ends that script where it fails.
package shell
