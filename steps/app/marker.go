package app

import (
	"regexp"
	"slices"
	"strings"
)

// latePatch stands for the last number of a Python's version where only the minor
// version is known: servers have late ones.
const latePatch = ".9"

// markerHolds evaluates an environment marker of PEP 508 for CPython on Linux. minor is
// a version like "3.12"; machine is the processor's name. A marker that can't be
// understood holds: what it stands before counts as needed.
func markerHolds(marker, minor, machine string) bool {
	if strings.TrimSpace(marker) == "" || len(marker) > maxLine { // its brackets are followed
		return true
	}
	m := &markerReader{words: markerWords.FindAllString(marker, -1), variables: map[string]string{
		"python_version": minor + ".0", "python_full_version": minor + latePatch, "implementation_version": minor + latePatch,
		"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine,
		"implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
	}}
	holds := m.either()
	return holds || m.broken || len(m.words) > 0
}

var markerWords = regexp.MustCompile(`"[^"]*"|'[^']*'|[()]|[<>=!~]+|[A-Za-z_.]+|\S`)

// markerReader reads a marker from its first word on; words are those that are left.
type markerReader struct {
	words     []string
	variables map[string]string
	// broken is set for a marker that is not in the form that is understood.
	broken bool
}

func (m *markerReader) next() string {
	if len(m.words) == 0 {
		m.broken = true
		return ""
	}
	word := m.words[0]
	m.words = m.words[1:]
	return word
}

// takes consumes a word if it is the next one.
func (m *markerReader) takes(word string) bool {
	if len(m.words) == 0 || m.words[0] != word {
		return false
	}
	m.words = m.words[1:]
	return true
}

func (m *markerReader) either() bool {
	holds := m.both()
	for m.takes("or") {
		more := m.both()
		holds = holds || more
	}
	return holds
}

func (m *markerReader) both() bool {
	holds := m.single()
	for m.takes("and") {
		more := m.single()
		holds = holds && more
	}
	return holds
}

func (m *markerReader) single() bool {
	if m.takes("(") {
		holds := m.either()
		m.broken = m.broken || !m.takes(")")
		return holds
	}
	left, op := m.next(), m.next()
	if op == "not" {
		m.broken = m.broken || !m.takes("in")
		op = "not in"
	}
	return m.compare(left, op, m.next())
}

// mirrored are the operators that mean the same with the sides exchanged.
var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

func (m *markerReader) compare(left, op, right string) bool {
	if isQuoted(left) && op != "in" && op != "not in" {
		left, op, right = right, mirrored[op], left
	}
	if isVersion := strings.HasSuffix(left, "_version") && left != "platform_version"; isVersion && op != "in" && op != "not in" {
		fits, err := PythonFits(op+unquoted(right), m.variables[left])
		m.broken = m.broken || err != nil
		return fits
	}
	a, b := m.value(left), m.value(right)
	switch op {
	case "==", "===":
		return a == b
	case "!=":
		return a != b
	case "in", "not in":
		list := slices.Collect(strings.FieldsFuncSeq(b, func(r rune) bool { return r == ' ' || r == ',' }))
		found := slices.Contains(list, strings.TrimSuffix(a, ".0")) || !strings.HasPrefix(left, "python_") && strings.Contains(b, a)
		return found == (op == "in")
	}
	m.broken = true
	return false
}

// value is what a word of a marker stands for.
func (m *markerReader) value(word string) string {
	if isQuoted(word) {
		return unquoted(word)
	}
	value, known := m.variables[strings.ReplaceAll(word, ".", "_")] // os.name, of old files
	m.broken = m.broken || !known
	return value
}

func isQuoted(word string) bool {
	return strings.HasPrefix(word, `"`) || strings.HasPrefix(word, "'")
}

func unquoted(word string) string { return strings.Trim(word, `"'`) }
