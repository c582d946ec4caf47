// Package index asks a package index which files a pinned package has, and tells from a
// file's name with which Pythons it can be installed without a compiler.
//
// It guarantees that a plan never fails for its sake, and hardly waits: all questions
// together take at most five seconds, an answer is kept in the cache for good, since the
// files of a version do not change, and what was not answered is left out and said. It
// sends nothing but the names of packages, and reads only.
package index
