// Package fact says what a fact is: something that should be true on a server, with
// the shell text that looks at it, the decision what must change, and the shell text
// that changes it. Packages access, system, web and release have the facts; package
// engine looks, decides and applies.
//
// What a fact guarantees to the engine:
//
//   - Look only reads, and carries no secret: it is a process's argument.
//   - Decide depends on its View alone, so a table of tests covers it. Of a server
//     that was not looked at it says what would change on an empty one.
//   - Script makes the fact hold whatever an earlier run left, and changes nothing
//     else. It ends at the first command that fails.
//   - What Decide returns after Script has run is nothing.
//   - A change that could lock the operator out is named in Guards.
package fact
