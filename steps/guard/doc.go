// Package guard keeps a change of the login, SSH or the firewall from locking the
// operator out. It guarantees that the server puts its old state back by itself
// unless a new login proves the change in time, and also if it reboots before that.
//
// An armed guard is a folder for root only, with the old state and the program that
// puts it back, a timer that runs that program, and a unit that runs it at the next
// boot. Arm makes it right before a change; Disarm removes it once the change is
// proven. All functions are pure: they make shell text, the same for the same
// arguments. The engine arms and disarms, a fact says in its Part what its change
// may spoil, and destroy drops a guard that is left.
package guard
