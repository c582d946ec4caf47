package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"slipway/providers"
)

const (
	// answerMark begins a line of the program's that is for Slipway.
	answerMark = "@ "
	// longestAnswer is how many bytes such a line has at most.
	longestAnswer = 64 << 10
	// longestSentence is how many characters of what a server says are shown.
	longestSentence = 4000
)

// Reader reads what the program on the server prints. Its zero value is ready.
type Reader struct {
	last string
}

// Line takes a line that was printed. ok is true if it is for people; it is then without
// characters that nobody can see.
func (r *Reader) Line(line string) (forPeople string, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	answer, found := strings.CutPrefix(line, answerMark)
	if !found {
		return printable(line), true
	}
	r.last = answer
	return "", false
}

// Read takes all that was printed, and gives the lines that are for people.
func (r *Reader) Read(printed string) []string {
	var lines []string
	for line := range strings.Lines(printed) {
		if text, ok := r.Line(line); ok {
			lines = append(lines, text)
		}
	}
	return lines
}

// Answer reads the last answer into a value. If the program said that it failed, the error
// is a *providers.Failed that says why.
func (r *Reader) Answer(into any) error {
	if err := r.Err(); err != nil {
		return err
	}
	if r.last == "" {
		return errors.New("the program on the server gave no answer")
	}
	return json.Unmarshal([]byte(r.last), into)
}

// Err is what the program says went wrong, a *providers.Failed; nil if it says nothing of
// the kind.
func (r *Reader) Err() error {
	if r.last == "" {
		return nil
	}
	if len(r.last) > longestAnswer {
		return fmt.Errorf("the answer of the program on the server is longer than %d kB", longestAnswer>>10)
	}
	var said struct{ Error, Hint string }
	if err := json.Unmarshal([]byte(r.last), &said); err != nil {
		return fmt.Errorf("read the answer of the program on the server: %w", err)
	}
	if said.Error == "" {
		return nil
	}
	return &providers.Failed{Err: errors.New(printable(said.Error)), Next: printable(said.Hint)}
}

// Failure is why a call failed: what the program said, or else err, with which the call of
// it ended. It is nil if neither says anything.
func (r *Reader) Failure(err error) error {
	if said := r.Err(); said != nil && err != nil {
		return said
	}
	return err
}

// printable is a text of the server's without characters that nobody can see, and bounded.
func printable(text string) string {
	n := 0
	return strings.Map(func(c rune) rune {
		if n++; n > longestSentence {
			return -1
		}
		if unicode.IsPrint(c) && c != unicode.ReplacementChar {
			return c
		}
		return '?'
	}, text)
}

// Amounts are how much data there is, by source: "postgres", "mariadb", "redis", "sqlite",
// "files". It is the answer of the command look.
type Amounts struct {
	Data map[string]Amount `json:"data"`
	// Free is how many bytes are free on the disk of the data.
	Free int64 `json:"free"`
	// State is true if there is anything in the folder of the app's state.
	State bool `json:"state"`
}

// Amount is how much a source has: bytes, and rows by table.
type Amount struct {
	Bytes  int64            `json:"bytes"`
	Counts map[string]int64 `json:"counts"`
	// Error says why it could not be counted; empty if it was.
	Error string `json:"error"`
}

// Difference is how the data of now differs from a dump's. It is the answer of the command
// counts, and keys are like "postgres public.customers".
type Difference struct {
	// Lost has the rows that there are more of now: a restore would take them away.
	Lost map[string]int64 `json:"lost"`
	// Gone has the rows that there are fewer of now: a restore would bring them back.
	Gone map[string]int64 `json:"gone"`
	// Time is when the dump was made, RFC 3339.
	Time string `json:"time"`
	// Release is the one that took the traffic then.
	Release string `json:"release"`
	// Ran are the releases whose command ran over the data of the dump.
	Ran []string `json:"ran"`
}

// Replaced is the answer of the commands load, swap and back: data was replaced, and what
// was there before was set aside.
type Replaced struct {
	// Before is the time under which back finds what was replaced: 20060102t150405.
	Before string           `json:"before"`
	Counts map[string]int64 `json:"counts"`
}
