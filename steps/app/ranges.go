package app

import (
	"regexp"
	"strconv"
	"strings"
)

var rangeClause = regexp.MustCompile(`^(\^|~=|~|===|==|=|>=|<=|!=|>|<|)\s*v?(\d[A-Za-z0-9.+!_-]*?)(\.\*)?$`)

// versionRange turns Poetry's and Pipenv's "^1.2", "~1.2", "1.*" and "*" into a specifier
// of PEP 440. It returns false for what has none, such as "1.2 || 2.0".
func versionRange(constraint string) (string, bool) {
	constraint = strings.TrimSpace(constraint)
	if constraint == "*" || constraint == "" {
		return "", true
	}
	// "> 1, < 2" and ">1 <2" are the same.
	constraint = spaceBehind.ReplaceAllString(constraint, "$1")
	var clauses []string
	for _, text := range strings.FieldsFunc(constraint, func(r rune) bool { return r == ',' || r == ' ' }) {
		found := rangeClause.FindStringSubmatch(text)
		if found == nil {
			return "", false
		}
		op, version, wild := found[1], found[2], found[3]
		switch {
		case wild != "" && op != "" && op != "==" && op != "=" && op != "!=":
			return "", false
		case op == "^" || op == "~":
			clauses = append(clauses, ">="+version, "<"+nextOf(op, version))
		case op == "" || op == "=":
			clauses = append(clauses, "=="+version+wild)
		default:
			clauses = append(clauses, op+version+wild)
		}
	}
	return strings.Join(clauses, ","), true
}

var (
	spaceBehind = regexp.MustCompile(`([\^~=<>!])\s+`)
	numbersAt   = regexp.MustCompile(`^\d+(?:\.\d+)*`)
)

// nextOf is the first version that "^version" or "~version" excludes.
func nextOf(op, version string) string {
	parts := strings.Split(numbersAt.FindString(version), ".")
	at := 0
	if op == "~" {
		at = min(1, len(parts)-1)
	}
	// A caret keeps the first number that is not zero.
	for op == "^" && at < len(parts)-1 && strings.Trim(parts[at], "0") == "" {
		at++
	}
	n, _ := strconv.Atoi(parts[at])
	return strings.Join(append(parts[:at:at], strconv.Itoa(n+1)), ".")
}
