package heroku

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"slipway/providers/rest"
)

const (
	// lastLines is how much of an output an error has: each of a web server's workers and
	// then the server itself may end with a traceback.
	lastLines = 400
	// longestLine is how much of a line is kept, in bytes.
	longestLine = 4 << 10
)

// output is what a build or a release phase prints. Heroku's own words and the app's
// are data: whoever shows them cleans them.
type output struct {
	mu     sync.Mutex
	report func(line string)
	lines  []string
}

// tell passes a line on that is not of the output.
func (o *output) tell(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report(line)
}

func (o *output) add(line string) {
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, line)
	if len(o.lines) > lastLines {
		o.lines = o.lines[1:]
	}
	o.report(line)
}

// last are the last lines.
func (o *output) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lines) == 0 {
		return "it printed nothing"
	}
	return strings.Join(o.lines, "\n")
}

// stream reads an output to its end. A connection that breaks is made again where it
// broke.
func (p *Provider) stream(ctx context.Context, from string, to *output) {
	u, err := rest.Outside(from, p.api.URL)
	if err != nil {
		return // the outcome is known without its output
	}
	for at := int64(0); ctx.Err() == nil; {
		n, err := p.read(ctx, u.String(), at, to)
		if at += n; err == nil {
			return
		}
		if p.pace.Clock.Sleep(ctx, p.pace.Every) != nil {
			return
		}
	}
}

// read reads an output from a place on, and returns how many bytes of whole lines it
// read. The error is nil if it came to the end.
func (p *Provider) read(ctx context.Context, from string, at int64, to *output) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return 0, err
	}
	if at > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", at))
	}
	response, err := p.open.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return 0, nil // all of it was read
	case response.StatusCode/100 != 2:
		return 0, fmt.Errorf("it answered with status %d", response.StatusCode)
	}
	body := bufio.NewReaderSize(withoutZeros{response.Body}, longestLine)
	if at > 0 && response.StatusCode == http.StatusOK {
		if _, err := io.CopyN(io.Discard, body, at); err != nil {
			return 0, err
		}
	}
	return eachLine(body, to.add)
}

// withoutZeros is a stream without zero bytes, with which Heroku keeps one alive that has
// nothing to say. They are not part of what is printed, nor of the count of its bytes.
type withoutZeros struct{ from io.Reader }

func (r withoutZeros) Read(b []byte) (int, error) {
	for {
		n, err := r.from.Read(b)
		left := slices.DeleteFunc(b[:n], func(c byte) bool { return c == 0 })
		if len(left) > 0 || n == 0 || err != nil {
			return len(left), err
		}
	}
}

// eachLine reads lines to the end. Of a line that is too long only the beginning counts.
// n is how many bytes the lines had; the error is nil at the end.
func eachLine(body *bufio.Reader, do func(line string)) (n int64, err error) {
	for {
		line, err := body.ReadSlice('\n')
		size := len(line)
		text := string(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = body.ReadSlice('\n')
			size += len(line)
		}
		over := errors.Is(err, io.EOF)
		if err != nil && !over {
			return n, err
		}
		n += int64(size)
		if text != "" {
			do(text)
		}
		if over {
			return n, nil
		}
	}
}
