package cause

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	testFailed = regexp.MustCompile(`^(FAILED|ERROR) \S+\.py\b`)
	testPlace  = regexp.MustCompile(`^(\S+\.py):(\d+): `)
)

// pytest is the first test that its summary names.
func pytest(lines []string) (Cause, bool) {
	var c Cause
	for _, line := range lines {
		if at := testPlace.FindStringSubmatch(line); at != nil && c.Line == "" {
			c.File = at[1]
			c.Number, _ = strconv.Atoi(at[2]) // the pattern has digits only
		}
		if c.Line == "" && testFailed.MatchString(line) {
			c.Line = line
		}
	}
	return c, c.Line != ""
}

// unbuilt names a package that pip or uv can't build.
var unbuilt = regexp.MustCompile("(?i)(?:failed to build installable wheels for [^(]*\\(|failed to build|could not build wheels for) ?[`'\"]?([A-Za-z0-9][A-Za-z0-9._=+-]*)")

// build is a package that can't be built, and why: the first complaint of its
// build.
func build(lines []string) (Cause, bool) {
	name := ""
	for _, line := range lines {
		if at := unbuilt.FindStringSubmatch(line); at != nil {
			name = at[1]
		}
	}
	if name == "" {
		return Cause{}, false
	}
	c := Cause{Line: name + " can't be built"}
	if why, ok := traceback(lines); ok {
		c.Line += ": " + why.Line
		return c, true
	}
	for _, line := range lines {
		if found, ok := grievance(line); ok && !strings.Contains(found, name) {
			c.Line += ": " + found
			break
		}
	}
	return c, true
}

// uvBecause begins the end of uv's explanation, which goes on in indented lines.
var uvBecause = regexp.MustCompile(`(?:╰─▶|^\s*cause:) (.*)`)

// resolver is why uv or pip found no set of packages.
func resolver(lines []string) (Cause, bool) {
	for i, line := range lines {
		at := uvBecause.FindStringSubmatch(line)
		if at == nil {
			continue
		}
		because := []string{at[1]}
		for _, next := range lines[i+1:] {
			if strings.TrimLeft(next, " ") == next || strings.TrimSpace(next) == "" {
				break
			}
			because = append(because, strings.TrimSpace(next))
		}
		return Cause{Line: strings.Join(because, " ")}, true
	}
	for _, line := range slices.Backward(lines) {
		if said, ok := strings.CutPrefix(line, "ERROR: "); ok && !strings.Contains(said, "subprocess-exited") {
			return Cause{Line: said}, true
		}
	}
	return Cause{}, false
}

// grievances are lines by which programs say what is wrong.
var grievances = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`[A-Za-z_][\w.]*(?:Error|Exception): .+`,                       // Python without a traceback, Node
	`(?:Error|ERROR|error|fatal|E): .+`,                            // most others, apt
	`Failed to (?:find attribute|parse) .+`, `Error: class uri .+`, // gunicorn
	`\[[-0-9: +]+\] \[\d+\] \[(?:ERROR|CRITICAL)\] .+`,
	`.* killed by the OOM killer.*`,                  // systemd
	`\S+: fatal error: .+`, `\S+:\d+:\d+: error: .+`, // compilers
	`\S+: \[emerg\] .+`,                                                                 // nginx
	`(?:/\S*/)?\w*sh: (?:line )?\d+: .+`, `(?:/\S*/)?\w*sh: .+: (?:command )?not found`, // shells
}, "|") + `)$`)

func grievance(line string) (string, bool) {
	line = strings.TrimSpace(line)
	return line, grievances.MatchString(line) && !idle.MatchString(line)
}

// idle are complaints that say nothing of the cause.
var idle = regexp.MustCompile(`subprocess-exited|Exception in worker process|Worker failed to boot|App failed to load|Worker \(pid:\d+\) exited|Shutting down: Master|Reason: `)

// complaint is the last line by which a program says what is wrong.
func complaint(lines []string) (Cause, bool) {
	for _, line := range slices.Backward(lines) {
		if line, ok := grievance(line); ok {
			return Cause{Line: line}, true
		}
	}
	return Cause{}, false
}
