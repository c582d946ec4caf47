package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"unicode/utf8"
)

// What a server may make this computer hold: a server that went wrong, or that is
// somebody else's by now, must not fill its memory.
const (
	longestLine   = 64 << 10 // of a job's output; the rest of a line is left out
	longestAnswer = 16 << 20 // of a look, or of a command that only reads
	keptEnd       = 64 << 10 // of what is only needed for an error
)

// errTooLong says that an answer was cut off.
var errTooLong = errors.New("the server's answer is longer than 16 MB; something on it is very large: log in with slipway ssh and look at its files and units")

// readLine reads a line with its end. Of one that is longer than longestLine the
// beginning is returned, and "…".
func readLine(out *bufio.Reader) (string, error) {
	var line []byte
	cut := false
	for {
		part, err := out.ReadSlice('\n')
		room := max(0, longestLine-len(line))
		cut = cut || len(part) > room
		line = append(line, part[:min(len(part), room)]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if cut {
			for len(line) > 0 && !utf8.RuneStart(line[len(line)-1]) {
				line = line[:len(line)-1]
			}
			line = append(line, "…\n"...)
		}
		return string(line), err
	}
}

// answer keeps what is written, up to longestAnswer bytes. Then it calls over and takes
// the rest without keeping it.
type answer struct {
	bytes.Buffer
	over func(error)
}

// boundedAnswer makes an answer and the context of the command that gives it, which ends
// with errTooLong if it is too long.
func boundedAnswer(ctx context.Context) (context.Context, *answer, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &answer{over: cancel}, func() { cancel(nil) }
}

func (a *answer) Write(p []byte) (int, error) {
	if a.Len()+len(p) > longestAnswer {
		a.over(errTooLong)
		return len(p), nil
	}
	return a.Buffer.Write(p)
}

// end keeps the last keptEnd bytes of what is written.
type end struct {
	mu   sync.Mutex
	kept []byte
}

func (e *end) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(e.kept, p[max(0, len(p)-keptEnd):]...)
	if over := len(e.kept) - keptEnd; over > 0 {
		e.kept = append(e.kept[:0], e.kept[over:]...)
	}
	return len(p), nil
}

func (e *end) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.ToValidUTF8(string(e.kept), "?")
}
