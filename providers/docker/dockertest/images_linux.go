package dockertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/moby/moby/client"

	"slipway/providers/child"
	"slipway/state"
)

// buildLimit is how long the making of an image may take.
const buildLimit = 15 * time.Minute

// Provide gives the engine an official image's stand-in under all of its names. If
// another process makes the same one, it waits.
func (e *Engine) Provide(ctx context.Context, name string) error {
	s, err := find(name)
	if err != nil {
		return err
	}
	if _, err := e.Client.ImageInspect(ctx, name); err == nil {
		return nil
	}
	own, err := certificates()
	if err != nil {
		return err
	}
	tree, err := s.tree(ctx, own, e.report)
	if err != nil {
		return fmt.Errorf("make what stands in for %s: %w", name, err)
	}
	return e.load(ctx, s, own, tree)
}

// load reads a tree into the engine.
func (e *Engine) load(ctx context.Context, s standIn, own []string, tree string) error {
	file, err := os.Open(tree)
	if err != nil {
		return err
	}
	defer file.Close()
	answer, err := e.Client.ImageImport(ctx, client.ImageImportSource{Source: file, SourceName: "-"}, s.names[0],
		client.ImageImportOptions{Changes: s.settings(own)})
	if err != nil {
		return fmt.Errorf("import %s: %w", s.names[0], err)
	}
	defer answer.Close()
	for decoder := json.NewDecoder(answer); ; {
		var line struct{ Error string }
		if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("import %s: %w", s.names[0], err)
		}
		if line.Error != "" {
			return fmt.Errorf("import %s: %s", s.names[0], line.Error)
		}
	}
	for _, other := range s.names[1:] {
		if _, err := e.Client.ImageTag(ctx, client.ImageTagOptions{Source: s.names[0], Target: other}); err != nil {
			return fmt.Errorf("name %s: %w", other, err)
		}
	}
	return nil
}

// tree returns the path of the image's tree. If it is not in the computer's cache, it is
// made.
func (s standIn) tree(ctx context.Context, own []string, report func(line string)) (string, error) {
	home, err := state.Locate(func(key string) string {
		if key == "SLIPWAY_HOME" {
			return "" // a test's own home has no images
		}
		return os.Getenv(key)
	})
	if err != nil {
		return "", err
	}
	name, err := s.file(own)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(home.Cache, "docker")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	defer lock.Close()
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return "", fmt.Errorf("wait for another process that makes it: %w", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	return path, s.build(ctx, own, path, report)
}

// build makes the tree beside its place and moves it there when it is complete.
func (s standIn) build(ctx context.Context, own []string, path string, report func(line string)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, buildLimit, fmt.Errorf("it took longer than %v", buildLimit))
	defer cancel()
	folder, err := os.MkdirTemp(os.Getenv(folderVariable), "tree-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.CopyFS(folder, scripts); err != nil {
		return err
	}
	argv := s.command(own, filepath.Join(folder, "scripts"), path+".part")
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// Packages' scripts run as root: what this process has in its environment is not theirs.
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "TMPDIR=" + folder}
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	if err := child.Tie(cmd, syscall.SIGKILL, func() error { return reported(cmd, report) }); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return os.Rename(path+".part", path)
}

// reported runs a command, reports each line that it prints and puts the last ones into
// its error.
func reported(cmd *exec.Cmd, report func(line string)) error {
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	told := make(chan []string)
	go func() {
		var last []string
		for lines := bufio.NewScanner(read); lines.Scan(); {
			report(lines.Text())
			last = append(last[max(0, len(last)-14):], lines.Text())
		}
		_, _ = io.Copy(io.Discard, read)
		told <- last
	}()
	err := cmd.Run()
	_ = write.Close()
	last := <-told
	if err != nil {
		return fmt.Errorf("%s: %w:\n%s", cmd.Args[0], err, strings.Join(last, "\n"))
	}
	return nil
}
