package shell

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Values are what a script's parameters are given, by the parameter's name.
// Any text without a NUL byte will do: each value is quoted.
type Values map[string]string

// parameter is how a script declares one in its header: ${name?}. With the
// question mark shellcheck knows that it comes from outside, and a shell ends
// where it is not given.
var parameter = regexp.MustCompile(`\$\{([a-z_]+)\?\}`)

// Script is an embedded script with its parameters set, and with words as its
// positional parameters, $1 and so on, if there are any. The script's own header
// is left out: its first lines, as far as they are comments or begin with a colon.
// Such a line names the parameters: : "${unit?}" "${socket?}".
//
// Script panics if values has not exactly the parameters that the header names:
// that is a mistake in the program, which the test that has sh parse every script
// finds.
func Script(text string, values Values, words ...string) string {
	header, body := splitHeader(text)
	var named []string
	for _, match := range parameter.FindAllStringSubmatch(header, -1) {
		named = append(named, match[1])
	}
	slices.Sort(named)
	given := slices.Sorted(maps.Keys(values))
	if !slices.Equal(named, given) {
		panic(fmt.Sprintf("a script takes %v and is given %v:\n%s", named, given, text))
	}
	var lines []string
	for _, name := range given {
		lines = append(lines, name+"="+Quote(values[name]))
	}
	if len(words) > 0 {
		lines = append(lines, "set -- "+Command(words...))
	}
	return Lines(append(lines, body)...)
}

// Program is a file's content: a script that is run by sh and ends at the first
// command that fails or the first variable that is not set.
func Program(parts ...string) string {
	return Lines(append([]string{"#!/bin/sh", "# " + OwnLine + ".", "set -eu"}, parts...)...) + "\n"
}

// splitHeader parts a script from the comments and parameters at its top.
func splitHeader(text string) (header, body string) {
	rest := text
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ": ") {
			break
		}
		rest = after
	}
	return text[:len(text)-len(rest)], strings.TrimRight(rest, "\n")
}
