package app

import (
	"path"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// takeApart has the release command run what the web command runs before its server, as
// in "python manage.py migrate && gunicorn shop.wsgi": a server starts more often than a
// release is made, and its app is known then.
func (p *procfile) takeApart() {
	before, server := beforeServer(p.commands[webProcess])
	if server == "" {
		return
	}
	p.commands[webProcess] = server
	release := p.commands[releaseProcess]
	switch {
	case before == "":
	case release == "":
		p.commands[releaseProcess], p.lines[releaseProcess], p.before = before, p.lines[webProcess], true
	default:
		p.commands[releaseProcess] = "{ " + release + "; } && " + before
	}
}

// beforeServer takes a command apart that runs others before its server. Django's static
// files are left out: the build collects them. server is "" if the command is no such
// chain, or if what comes before the server changes the shell itself, as cd does.
func beforeServer(command string) (before, server string) {
	file, err := parseShell(command)
	if err != nil {
		return "", ""
	}
	var steps []chained
	for _, s := range file.Stmts {
		steps = appendChained(steps, s, false)
	}
	if len(steps) < 2 || slices.ContainsFunc(steps[:len(steps)-1], func(s chained) bool { return !s.apart() }) {
		return "", ""
	}
	server = steps[len(steps)-1].text(command)
	if readCall(server).program == "" {
		return "", ""
	}
	for _, s := range steps[:len(steps)-1] {
		if s.collectsStatic() {
			continue
		}
		if before != "" {
			before += " && "
		}
		before += s.text(command)
		if !s.needed {
			before += " || :"
		}
	}
	return before, server
}

// chained is one command of a chain.
type chained struct {
	*syntax.Stmt
	// needed is set if what follows is run only if the command succeeds.
	needed bool
}

func appendChained(steps []chained, s *syntax.Stmt, needed bool) []chained {
	if chain, ok := s.Cmd.(*syntax.BinaryCmd); ok && chain.Op == syntax.AndStmt && !s.Negated && !s.Background && len(s.Redirs) == 0 {
		return appendChained(appendChained(steps, chain.X, true), chain.Y, needed)
	}
	return append(steps, chained{s, needed})
}

// text is the command as it is written, without what ends it.
func (s chained) text(command string) string {
	end := s.Cmd.End().Offset()
	for _, r := range s.Redirs {
		end = max(end, r.End().Offset())
	}
	return command[s.Pos().Offset():end]
}

// apart tells a command that does the same in a shell of its own.
func (s chained) apart() bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && !s.Negated && !s.Background && len(call.Args) > 0 && call.Args[0].Lit() != "" && !shellsOwn[call.Args[0].Lit()]
}

// collectsStatic tells "python manage.py collectstatic".
func (s chained) collectsStatic() bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 2 && path.Base(call.Args[1].Lit()) == djangoScript && call.Args[2].Lit() == "collectstatic"
}
