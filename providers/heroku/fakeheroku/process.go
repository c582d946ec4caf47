package fakeheroku

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"slipway/providers/child"
)

// dynoHost is the loopback address at which the router asks for a dyno. It is another
// than 127.0.0.1 where the system has such, since what listens on 127.0.0.1 alone is not
// reached at Heroku either.
var dynoHost = func() string {
	if runtime.GOOS == "linux" {
		return "127.0.0.2"
	}
	return "127.0.0.1"
}()

// dynoScript runs a dyno's command as Heroku does: after .profile.d and .profile.
//
//go:embed dyno.sh
var dynoScript string

func (h *Heroku) dynoFolder(a *app, d *dyno) string { return h.folder("apps", a.ID, "dynos", d.ID) }

// command is a dyno's process: with a copy of the slug for its home, so that what it
// writes is lost when it ends.
func (h *Heroku) command(a *app, d *dyno) (*exec.Cmd, error) {
	home := filepath.Join(h.dynoFolder(a, d), "app")
	if err := os.RemoveAll(h.dynoFolder(a, d)); err != nil {
		return nil, err
	}
	for _, dir := range []string{home, filepath.Join(h.dynoFolder(a, d), "tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	h.mu.Lock()
	s := a.slugOf(d.release)
	env := h.environment(a, d, home)
	h.mu.Unlock()
	if s != nil {
		err := os.CopyFS(home, os.DirFS(h.folder("apps", a.ID, "slugs", s.ID, "app")))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	cmd := exec.Command("bash", "-c", dynoScript, "dyno", d.Command) //nolint:noctx // execute ends it, with time to end in good order
	cmd.Dir, cmd.Env = home, env
	return cmd, nil
}

// environment is what a dyno finds: Heroku's own variables, the buildpack's, and the
// release's config vars over both.
func (h *Heroku) environment(a *app, d *dyno, home string) []string {
	vars := map[string]string{
		"HOME": home, "TMPDIR": filepath.Join(filepath.Dir(home), "tmp"), "DYNO": d.Name, "STACK": a.Stack, "LANG": "C.UTF-8", "PS1": "$ ",
		"PYTHONUNBUFFERED": "true", "PYTHONHASHSEED": "random", "PYTHONPATH": home, "WEB_CONCURRENCY": "2", "DYNO_RAM": "512",
		"GUNICORN_CMD_ARGS": "--access-logfile -", "FORWARDED_ALLOW_IPS": "*",
	}
	path := "/usr/local/bin:/usr/bin:/bin"
	if s := a.slugOf(d.release); s != nil {
		path = h.folder("apps", a.ID, "slugs", s.ID, "venv", "bin") + ":" + path
	}
	if d.release != nil {
		maps.Copy(vars, d.release.Vars)
	}
	maps.Copy(vars, d.env)
	if _, port, ok := strings.Cut(d.address, ":"); ok {
		vars["PORT"] = port
	}
	vars["PATH"] = path
	return pairs(vars)
}

func pairs(vars map[string]string) []string {
	var all []string
	for name, value := range vars {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return all
}

// execute runs a command in a process group of its own and returns its exit status.
// When ctx ends it gets SIGTERM and time to end; when hard ends it is killed. Nothing of
// its group is left.
func (h *Heroku) execute(ctx, hard context.Context, cmd *exec.Cmd, started func()) int {
	if ctx.Err() != nil {
		return 143
	}
	ownGroup(cmd)
	cmd.WaitDelay = 200 * time.Millisecond
	if err := child.Tie(cmd, syscall.SIGKILL, cmd.Start); err != nil { // no dyno outlives the simulation
		return 127
	}
	return h.attend(ctx, hard, cmd, started)
}

func (h *Heroku) attend(ctx, hard context.Context, cmd *exec.Cmd, started func()) int {
	done := make(chan struct{})
	h.work.Go(func() {
		select {
		case <-done:
			return
		case <-hard.Done():
			killGroup(cmd)
			return
		case <-ctx.Done():
		}
		terminateGroup(cmd)
		grace := h.options.Grace
		if h.ctx.Err() != nil {
			grace = min(grace, 2*time.Second)
		}
		select {
		case <-done:
		case <-time.After(grace):
			killGroup(cmd)
		}
	})
	started()
	_ = cmd.Wait() // the status says how it ended
	close(done)
	killGroup(cmd)
	return exitStatus(cmd.ProcessState)
}

// runOnce runs a dyno to its end, with its output in one place.
func (h *Heroku) runOnce(a *app, l *live, d *dyno, out *lineWriter) int {
	defer func() { _ = os.RemoveAll(h.dynoFolder(a, d)) }() // what is left is in the way of nothing
	cmd, err := h.command(a, d)
	if err != nil {
		out.line("Error: " + err.Error())
		return 1
	}
	cmd.Stdout, cmd.Stderr = out, out
	l.logs.heroku(d.Name, "Starting process with command `%s`", d.Command)
	status := h.execute(d.ctx, l.ctx, cmd, func() { h.turn(l, d, up) })
	l.logs.heroku(d.Name, "Process exited with status %d", status)
	return status
}
