package fact

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// SectionObstacles is the section of a look with what may stand in the way.
const SectionObstacles = "obstacles"

//go:embed obstacles.sh
var obstaclesText string

// LookObstacles is the shell text that prints what CheckObstacles reads. owner is the
// file that marks a server as a deployment's.
func LookObstacles(p plan.Plan, owner string) string {
	existing := ""
	if p.Value(plan.KeyHost) != "" {
		existing = "yes"
	}
	return shell.Lines(
		"(", shell.Script(obstaclesText, shell.Values{"owner": owner, "user": p.LoginUser(), "existing": existing}), ")",
		"(", Sockets, shell.Unedited, shell.Script(webServersText, shell.Values{"owner": owner, "existing": existing}), ")")
}

// leastFree are the megabytes that must be free on the disk before the first deployment.
const leastFree = 500

// mostSkew is how far the clocks may differ: apt refuses lists from the future, and a
// certificate is valid from some instant on.
const mostSkew = time.Hour

// obstacle is what stands in the way, and what to type about it.
type obstacle struct{ what, next string }

// CheckObstacles refuses a server on which a deployment would fail or would take the
// place of something else, before anything is changed on it. looked is what
// LookObstacles printed; nothing is refused for what is not known. The error is a
// *providers.Failed.
func CheckObstacles(p plan.Plan, looked string, now time.Time) error {
	found := obstacles(p, looked, now)
	if len(found) == 0 {
		return nil
	}
	var what, next []string
	for _, o := range found {
		what = append(what, o.what)
		if !slices.Contains(next, o.next) {
			next = append(next, o.next)
		}
	}
	return &providers.Failed{Err: fmt.Errorf("something on the server is in the way: %s", strings.Join(what, "; ")),
		Next: strings.Join(next, "; ") + "; nothing was changed on the server"}
}

func obstacles(p plan.Plan, looked string, now time.Time) []obstacle {
	var all []obstacle
	for _, line := range shell.SplitLines(looked) {
		kind, rest, _ := strings.Cut(line, " ")
		read, ok := readers[kind]
		if !ok {
			continue
		}
		if o, ok := read(judge{p, now}, rest); ok && !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	for _, o := range webObstacles(p, looked) {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// judge is what a line of the look is judged by.
type judge struct {
	plan plan.Plan
	now  time.Time
}

// readers judge a line of the look by its first word.
var readers = map[string]func(c judge, rest string) (obstacle, bool){
	"free": func(_ judge, rest string) (obstacle, bool) {
		kilobytes, err := strconv.ParseInt(rest, 10, 64)
		free := kilobytes / 1024
		return obstacle{fmt.Sprintf("its disk has %d MB free, and %d are needed", free, leastFree),
			"free some on the server: apt-get clean, journalctl --vacuum-size=50M, and du -xh -d 2 / shows what is large"}, err == nil && free < leastFree
	},
	"time": func(c judge, rest string) (obstacle, bool) {
		seconds, err := strconv.ParseInt(rest, 10, 64)
		skew := c.now.Sub(time.Unix(seconds, 0)).Round(time.Minute)
		return obstacle{fmt.Sprintf("its clock and this computer's differ by %s", skew.Abs()),
			"set the clock that is wrong: timedatectl set-ntp true on the server"}, err == nil && skew.Abs() > mostSkew
	},
	"nosystemd": func(judge, string) (obstacle, bool) {
		return obstacle{"it does not run systemd, which runs the app", "use a server that was booted by systemd; a Docker container is none"}, true
	},
	"readonly": func(judge, string) (obstacle, bool) {
		return obstacle{"/etc can't be written to", "on the server, mount -o remount,rw /, and see dmesg for why it is read-only"}, true
	},
	"taken": taken,
	"shell": func(c judge, rest string) (obstacle, bool) {
		return obstacle{fmt.Sprintf("its user %s, whom slipway logs in as, has the shell %s, which runs no commands", c.plan.LoginUser(), rest),
			"on the server, usermod --shell /bin/bash " + c.plan.LoginUser()}, noShell.MatchString(rest)
	},
	"allowusers": func(c judge, rest string) (obstacle, bool) {
		return obstacle{"sshd there lets only some users in (AllowUsers " + strings.TrimSpace(rest) + "), and not " + c.plan.LoginUser(),
			"on the server, add " + c.plan.LoginUser() + " to AllowUsers in /etc/ssh/sshd_config and type systemctl reload ssh"}, strings.TrimSpace(rest) != "" && !anyNames(rest, c.plan.LoginUser())
	},
	"allowgroups": func(c judge, rest string) (obstacle, bool) {
		allowed, groups, _ := strings.Cut(rest, "|")
		isMember := slices.ContainsFunc(strings.Fields(groups), func(group string) bool { return anyNames(allowed, group) })
		return obstacle{"sshd there lets only some groups in (AllowGroups " + strings.TrimSpace(allowed) + "), and " + c.plan.LoginUser() + " is in none",
			"on the server, add the group " + c.plan.LoginUser() + " to AllowGroups in /etc/ssh/sshd_config and type systemctl reload ssh"}, strings.TrimSpace(allowed) != "" && !isMember
	},
	"denyusers": func(c judge, rest string) (obstacle, bool) {
		return obstacle{"sshd there shuts the user " + c.plan.LoginUser() + " out (DenyUsers)",
			"on the server, take " + c.plan.LoginUser() + " out of DenyUsers in /etc/ssh/sshd_config and type systemctl reload ssh"}, anyNames(rest, c.plan.LoginUser())
	},
	"forcecommand": func(c judge, rest string) (obstacle, bool) {
		command := strings.TrimSpace(rest)
		return obstacle{"sshd there runs " + command + " in place of what " + c.plan.LoginUser() + " asks for (ForceCommand)",
			"on the server, except " + c.plan.LoginUser() + " from ForceCommand in /etc/ssh/sshd_config and type systemctl reload ssh"}, command != "" && command != "none"
	},
	"requiretty": func(c judge, rest string) (obstacle, bool) {
		file, _, _ := strings.Cut(rest, ":")
		return obstacle{fmt.Sprintf("sudo there wants a terminal, which slipway has not: requiretty in %s", file),
			"on the server, type visudo and add the line Defaults:" + c.plan.LoginUser() + " !requiretty"}, file != ""
	},
	"nginxbroken": func(_ judge, rest string) (obstacle, bool) {
		return obstacle{"nginx there can't read its own settings: " + rest, "correct that on the server; nginx -t must succeed there"}, true
	},
	"listens":   otherServer,
	"passes":    passedOn,
	"starts":    startsAtBoot,
	"firewalld": closedByFirewalld,
	"source": func(_ judge, rest string) (obstacle, bool) {
		return obstacle{"apt can't read its sources: " + rest, "correct that line on the server, or remove the file; apt-get update must succeed there"},
			!strings.HasPrefix(rest, "The list of sources")
	},
	"dead": deadSource,
}

// OwnerFile is the mark: the file that tells which deployment a server belongs to.
const OwnerFile = "/etc/slipway/deployment.json"

// anyNames tells whether one of sshd's patterns stands for a user or group.
func anyNames(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		pattern, _, _ = strings.Cut(pattern, "@")
		matches, err := path.Match(pattern, name)
		return err == nil && matches
	})
}

var noShell = regexp.MustCompile(`/(nologin|false|true|sync|halt|shutdown)$`)

// otherServer is a program that listens where nginx is to: "80 apache2 apache2.service".
func otherServer(c judge, rest string) (obstacle, bool) {
	fields := strings.Fields(rest)
	if len(fields) != 3 || fields[2] == "nginx.service" {
		return obstacle{}, false
	}
	port, err := strconv.Atoi(fields[0])
	name, unit := fields[1], fields[2]
	if err != nil || !slices.Contains(c.plan.OpenPorts(), port) {
		return obstacle{}, false
	}
	if name == "docker-proxy" {
		return obstacle{fmt.Sprintf("a Docker container listens on port %d", port),
			fmt.Sprintf("on the server, docker ps --filter publish=%d shows it; stop it, or give it another port", port)}, true
	}
	if unit == "?" {
		return obstacle{fmt.Sprintf("%s listens on port %d", name, port), fmt.Sprintf("on the server, stop %s, or give it another port", name)}, true
	}
	return obstacle{fmt.Sprintf("%s (%s) listens on port %d", name, unit, port),
		fmt.Sprintf("on the server, systemctl disable --now %s, or give it another port", unit)}, true
}

// deadSource is a source of packages that its server refuses: "FILE… URI MESSAGE", or
// "? URI MESSAGE" if its file was not found.
func deadSource(_ judge, rest string) (obstacle, bool) {
	fields := strings.Fields(rest)
	at := slices.IndexFunc(fields, func(f string) bool { return strings.Contains(f, "://") })
	if at < 1 {
		return obstacle{}, false
	}
	file := strings.Join(fields[:at], ", ")
	if file == "?" {
		file = "the file that names it in /etc/apt"
	}
	said := strings.TrimSpace(strings.TrimPrefix(strings.Join(fields[at+1:], " "), "Failed to fetch "+fields[at]))
	return obstacle{fmt.Sprintf("a source of packages is dead: %s (%s), in %s", fields[at], said, file),
		fmt.Sprintf("on the server, correct or remove %s, and type apt-get update", file)}, true
}
