// Package audit checks what a server really does, not what was set on it: what
// sshd says of itself, which programs listen, which files anybody may write to. It
// guarantees that an audit changes nothing on the server, and that a check whose
// look printed nothing is Unknown, never Good.
//
// Look makes the shell text of the checks and Read judges what it printed; both are
// pure. Only Outside opens connections: it tries the server's ports from this
// computer. The verb audit runs all checks, and the engine runs the quick ones
// before a first deployment, so that a later audit can tell what was different.
package audit
