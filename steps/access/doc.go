// Package access has what Slipway gets into a server with: the deployment's key
// pairs, the user that it logs in as, the server's host key, the operator's own login
// on a server that was there before, and the mark by which a server says whose it is.
// Package engine connects with it, order.go of package steps has its facts in the run
// order, and adopt and destroy call it.
//
// What it guarantees:
//
//   - Private keys are kept in the deployment's folder only, closed to others. The
//     server makes its own host key, which never leaves it.
//   - Nobody connects to a server whose host key was not pinned before.
//   - Root does not log in: the user deploy does, with a key and without a password, or
//     the user slipway where deploy is somebody else's. Nobody else becomes root by it.
//   - A server that carries another deployment's mark is refused, unchanged. A mark is a
//     stranger's word: Owner.Check comes before anything of it is used.
//   - Remove takes the deployment's keys away, leaves all others, and can be run again.
package access
