package remote

import "fmt"

// Unreachable says that nothing answered, or not in time. Another try may work.
type Unreachable struct {
	Address string
	Err     error
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("%s can't be reached by SSH: %v", e.Address, e.Err)
}
func (e *Unreachable) Unwrap() error { return e.Err }

// WrongHostKey says that what answers is not the server whose key was pinned.
// Nothing was sent to it.
type WrongHostKey struct {
	Address string
	// Got is the fingerprint that was offered.
	Got string
}

func (e *WrongHostKey) Error() string {
	return fmt.Sprintf("the server at %s shows the host key %s, which is not the one that was pinned", e.Address, e.Got)
}

// Hint is what to do next.
func (e *WrongHostKey) Hint() string {
	return "another machine answers at this address, or somebody intercepts the connection; if you replaced the server yourself, destroy this deployment and deploy anew"
}

// LoginRefused says that the server does not let this user in with these keys.
type LoginRefused struct {
	User, Address string
	Err           error
}

func (e *LoginRefused) Error() string {
	return fmt.Sprintf("%s does not let %s log in: %v", e.Address, e.User, e.Err)
}
func (e *LoginRefused) Unwrap() error { return e.Err }

// ExitError says that a command on the server failed.
type ExitError struct {
	// What was run, in a few words.
	What string
	// Status is the exit status; -1 if the command was killed.
	Status int
	// Tail is the end of what it printed.
	Tail string
}

func (e *ExitError) Error() string {
	if e.Tail == "" {
		return fmt.Sprintf("%s failed with status %d", e.What, e.Status)
	}
	return fmt.Sprintf("%s failed with status %d: %s", e.What, e.Status, e.Tail)
}
