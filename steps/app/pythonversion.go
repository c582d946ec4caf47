package app

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// PythonFits tells whether the app can run with a server's Python.
//
// required is a version specifier of PEP 440 such as ">=3.11,<4", "==3.12.*" or
// "~=3.11", or a bare "3.12", which stands for any 3.12; an empty one allows every
// version. have is a version such as "3.13.5". A shorter one, such as "3.13", fits if
// any 3.13 does. The error says which of the two can't be understood.
func PythonFits(required, have string) (bool, error) {
	lowest, highest, parts, err := haveRange(have)
	if err != nil {
		return false, err
	}
	if strings.TrimSpace(required) == "" {
		return true, nil
	}
	fits := true
	for text := range strings.SplitSeq(required, ",") {
		if strings.TrimSpace(text) == "" {
			continue // a comma at the end is allowed
		}
		clause, err := readClause(text)
		if err != nil {
			return false, fmt.Errorf("the version of Python %q can't be understood: %w", required, err)
		}
		fits = fits && clause.fits(lowest, highest, parts)
	}
	return fits, nil
}

// release is a version's numbers; missing ones are 0.
type release [3]int

func (r release) compare(other release) int { return slices.Compare(r[:], other[:]) }

var haveForm = regexp.MustCompile(`^\s*(\d+)\.(\d+)(?:\.(\d+))?`)

// haveRange returns the lowest and the highest version that a text can mean, and how
// many numbers the text has.
func haveRange(have string) (lowest, highest release, parts int, err error) {
	found := haveForm.FindStringSubmatch(have)
	if found == nil {
		return lowest, highest, 0, fmt.Errorf("the server's version of Python %q can't be understood: it is written like 3.13", have)
	}
	for i, text := range found[1:] {
		if text == "" {
			highest[i] = math.MaxInt
			continue
		}
		if lowest[i], err = strconv.Atoi(text); err != nil {
			return lowest, highest, 0, fmt.Errorf("the server's version of Python %q can't be understood: %w", have, err)
		}
		highest[i] = lowest[i]
		parts++
	}
	return lowest, highest, parts, nil
}

// clause is one condition of a specifier.
type clause struct {
	op      string
	version release
	// parts is how many numbers the version has.
	parts int
	// wild is set for a version that ends in ".*".
	wild bool
}

var clauseForm = regexp.MustCompile(`^\s*(===|==|>=|<=|!=|~=|<|>|)\s*v?(\d+(?:\.\d+){0,2})(\.\*)?\s*$`)

func readClause(text string) (clause, error) {
	found := clauseForm.FindStringSubmatch(text)
	if found == nil {
		return clause{}, fmt.Errorf("write %q like 3.12, >=3.11 or ==3.12.*", strings.TrimSpace(text))
	}
	c := clause{op: found[1], wild: found[3] != ""}
	for number := range strings.SplitSeq(found[2], ".") {
		n, err := strconv.Atoi(number)
		if err != nil {
			return clause{}, fmt.Errorf("%s is no version: %w", found[2], err)
		}
		c.version[c.parts] = n
		c.parts++
	}
	switch {
	case c.wild && c.op != "" && c.op != "==" && c.op != "!=":
		return clause{}, fmt.Errorf("write %q without .*", strings.TrimSpace(text))
	case c.op == "~=" && c.parts < 2:
		return clause{}, fmt.Errorf("write %q with two numbers, like ~=3.11", strings.TrimSpace(text))
	case c.op == "": // a bare version means any release of it
		c.op, c.wild = "==", c.parts < len(c.version) || c.wild
	}
	return c, nil
}

// fits tells whether any version from lowest to highest meets the clause. known is how
// many of their first numbers are the same.
func (c clause) fits(lowest, highest release, known int) bool {
	switch c.op {
	case "==", "===":
		if c.wild {
			return c.startsLike(lowest, c.parts, known)
		}
		return lowest.compare(c.version) <= 0 && highest.compare(c.version) >= 0
	case "!=":
		if c.wild {
			return c.parts > known || !c.startsLike(lowest, c.parts, known)
		}
		return lowest != c.version || highest != c.version
	case ">=":
		return highest.compare(c.version) >= 0
	case ">":
		return highest.compare(c.version) > 0
	case "<=":
		return lowest.compare(c.version) <= 0
	case "<":
		return lowest.compare(c.version) < 0
	}
	// "~=3.11.2" is at least 3.11.2 and still 3.11.
	return highest.compare(c.version) >= 0 && c.startsLike(lowest, c.parts-1, known)
}

// startsLike compares the first numbers that both versions have.
func (c clause) startsLike(have release, parts, known int) bool {
	parts = min(parts, known)
	return slices.Equal(have[:parts], c.version[:parts])
}

var poetryForm = regexp.MustCompile(`^([\^~])\s*(\d+(?:\.\d+){0,2})$`)

// standardConstraint turns Poetry's "^3.11" and "~3.11" into a specifier of PEP 440. It
// returns false for alternatives such as "3.11 || 3.12".
func standardConstraint(constraint string) (string, bool) {
	var clauses []string
	for text := range strings.SplitSeq(constraint, ",") {
		text = strings.TrimSpace(text)
		found := poetryForm.FindStringSubmatch(text)
		if found == nil {
			if _, err := readClause(text); err != nil {
				return "", false
			}
			clauses = append(clauses, strings.ReplaceAll(text, " ", ""))
			continue
		}
		clauses = append(clauses, ">="+text[1:], "<"+nextOf(found[1], found[2]))
	}
	return strings.Join(clauses, ","), true
}
