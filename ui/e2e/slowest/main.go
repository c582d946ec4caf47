// Command slowest prints what `go test -json` tells as `go test` prints it, after each test
// that failed its messages once more without what they quote, and at the end the tests that
// took longest:
//
//	go test -json ./... | go run ./ui/e2e/slowest
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// shown is how many tests are named at the end.
const shown = 10

func main() {
	out := bufio.NewWriter(os.Stdout)
	r := report{out: out, said: map[test][]string{}, took: map[test]float64{}}
	err := r.read(os.Stdin)
	r.slowest()
	if err := cmp.Or(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "slowest:", err)
		os.Exit(1)
	}
}

// message is the first line of what a test says with testing's methods.
var message = regexp.MustCompile(`^ +\w+_test\.go:\d+: `)

// test is a test by its package and its name; without a name it is the package itself.
type test struct{ pkg, name string }

// whole is the test that a part of it belongs to, or the test itself.
func (t test) whole() test {
	name, _, _ := strings.Cut(t.name, "/")
	return test{t.pkg, name}
}

// event is a line of `go test -json`.
type event struct {
	Action, Package, ImportPath, Test, Output string
	// Elapsed is seconds; it is there at a test's end.
	Elapsed float64
}

// report is what is read, until it can be printed.
type report struct {
	out *bufio.Writer
	// said are the lines of the tests that have not ended yet.
	said map[test][]string
	// took are the seconds of each test and of each part of one.
	took map[test]float64
}

// read reads lines until they end. What is no event is printed as it is: a program that
// the go command started may write past it.
func (r *report) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		var e event
		switch {
		case line != "" && json.Unmarshal([]byte(line), &e) == nil && e.Action != "":
			r.take(e)
		case line != "":
			fmt.Fprint(r.out, line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// take keeps what a test prints until it ends. What a test printed that passed is for
// nobody.
func (r *report) take(e event) {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		if t.name != "" || !strings.HasPrefix(e.Output, "PASS") {
			r.said[t] = append(r.said[t], e.Output)
		}
	case "pass", "skip":
		if t.name == "" {
			r.print(t)
		}
		r.took[t] = e.Elapsed
		delete(r.said, t)
	case "fail":
		r.took[t] = e.Elapsed
		r.print(t)
		delete(r.said, t)
	}
	// Whoever waits sees each package as soon as it has ended.
	if t.name == "" {
		_ = r.out.Flush() // the next one fails too
	}
}

// print prints what a test said; for a package that failed also what tests said that never
// ended.
func (r *report) print(t test) {
	if t.name == "" {
		for other, lines := range r.said {
			if other.pkg == t.pkg && other.name != "" {
				fmt.Fprint(r.out, strings.Join(lines, ""))
				delete(r.said, other)
			}
		}
	}
	var messages []string
	quotes := false
	for _, line := range r.said[t] {
		if strings.HasPrefix(line, "=== ") {
			continue
		}
		fmt.Fprint(r.out, line)
		switch {
		case message.MatchString(line):
			messages = append(messages, line)
		case !strings.HasPrefix(strings.TrimSpace(line), "--- "):
			quotes = true
		}
	}
	if quotes {
		fmt.Fprint(r.out, strings.Join(messages, ""))
	}
}

// slowest prints the tests that took longest, each with the part of it that did.
func (r *report) slowest() {
	var all []test
	part := map[test]test{}
	for t := range r.took {
		whole := t.whole()
		switch {
		case t.name == "":
		case t == whole:
			all = append(all, t)
		case r.took[t] > r.took[part[whole]]:
			part[whole] = t
		}
	}
	slices.SortFunc(all, func(a, b test) int {
		return cmp.Or(cmp.Compare(r.took[b], r.took[a]), cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
	all = all[:min(shown, len(all))]
	fmt.Fprintf(r.out, "== the slowest %d tests\n", len(all))
	for _, t := range all {
		fmt.Fprintf(r.out, "%7.1f s  %s %s", r.took[t], t.pkg, t.name)
		if p := part[t]; p.name != "" {
			fmt.Fprintf(r.out, "; the longest part: %s, %.1f s", strings.TrimPrefix(p.name, t.name+"/"), r.took[p])
		}
		fmt.Fprintln(r.out)
	}
}
