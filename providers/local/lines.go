package local

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/charmbracelet/x/ansi"
)

// lastLines is how many of a program's last lines are kept for its error.
const lastLines = 15

// lines is a writer that reports whole lines and keeps the last few.
type lines struct {
	report func(line string)
	part   []byte
	last   []string
}

func (w *lines) Write(p []byte) (int, error) {
	w.part = append(w.part, p...)
	for {
		end := bytes.IndexAny(w.part, "\r\n")
		if end < 0 {
			return len(p), nil
		}
		w.line(string(w.part[:end]))
		w.part = w.part[end+1:]
	}
}

func (w *lines) line(text string) {
	text = strings.TrimSpace(ansi.Strip(text))
	if text == "" {
		return
	}
	w.report(text)
	w.last = append(w.last, text)
	if len(w.last) > lastLines {
		w.last = w.last[1:]
	}
}

// runLines runs cmd to its end, reports each line that it prints, and puts the
// last of them into the error.
func runLines(ctx context.Context, cmd *exec.Cmd, report func(line string)) error {
	out := &lines{report: report}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w; it printed last:\n%s", cmd.Args[0], err, strings.Join(out.last, "\n"))
	}
	return nil
}

// retry calls try again and again, at growing intervals, until it succeeds or limit
// has passed. The error is the last one of try.
func retry(ctx context.Context, limit time.Duration, try func() error) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval = 2 * time.Millisecond
	waits.MaxInterval = 100 * time.Millisecond
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, try() },
		backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(limit))
	return err
}

// consoleEnd is how much of the console's end is read.
const consoleEnd = 16 << 10

// readConsole returns the end of a console's log as plain text.
func readConsole(path string) (string, error) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the console: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("read the console: %w", err)
	}
	text, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-consoleEnd), consoleEnd))
	if err != nil {
		return "", fmt.Errorf("read the console: %w", err)
	}
	return plain(string(text)), nil
}

// plain removes everything that a terminal would act on: a guest must not be able
// to control the operator's terminal.
func plain(text string) string {
	text = strings.ReplaceAll(ansi.Strip(text), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// permanent marks an error for which retry does not try again.
func permanent(err error) error { return backoff.Permanent(err) }
