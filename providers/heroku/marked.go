package heroku

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// marked passes on what comes before a mark, and keeps what follows it.
type marked struct {
	to   io.Writer
	mark []byte
	// held may be the beginning of the mark; once found, it is the mark and what follows.
	held  []byte
	found bool
	err   error
}

// Write never fails, so that the mark is found though nobody reads what comes before.
func (m *marked) Write(b []byte) (int, error) {
	m.held = append(m.held, b...)
	if m.found {
		return len(b), nil
	}
	at := bytes.Index(m.held, m.mark)
	m.found = at >= 0
	if !m.found {
		at = len(m.held) - m.begun()
	}
	if at > 0 && m.err == nil {
		_, m.err = m.to.Write(m.held[:at])
	}
	m.held = bytes.Clone(m.held[at:])
	return len(b), nil
}

// begun is how many bytes at the end of held are the mark's first.
func (m *marked) begun() int {
	for n := min(len(m.held), len(m.mark)-1); n > 0; n-- {
		if bytes.HasSuffix(m.held, m.mark[:n]) {
			return n
		}
	}
	return 0
}

// status is the number that follows the mark.
func (m *marked) status() (int, bool) {
	if !m.found {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(m.held[len(m.mark):])))
	return n, err == nil
}
