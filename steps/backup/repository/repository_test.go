package repository

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
)

// here runs scripts in a shell of this computer. cut, if it is more than 0, is after how many
// bytes the next transfer breaks.
type here struct {
	cut   int64
	pipes int
}

func (here) Output(ctx context.Context, script string) (string, error) {
	out, err := exec.CommandContext(ctx, "/bin/sh", "-c", script).Output()
	return string(out), err
}

func (h *here) Pipe(ctx context.Context, script string, stdin io.Reader, stdout io.Writer) error {
	h.pipes++
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if h.cut > 0 {
		stdout, stdin = &cutting{stdout, h.cut, cancel}, io.LimitReader(stdin, h.cut)
		h.cut = 0
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", script)
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, &complaints
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, complaints.String())
	}
	return nil
}

// cutting breaks after so many bytes.
type cutting struct {
	to   io.Writer
	left int64
	cut  func()
}

func (c *cutting) Write(data []byte) (int, error) {
	n := min(int64(len(data)), c.left)
	c.left -= n
	if written, err := c.to.Write(data[:n]); err != nil || n == int64(len(data)) {
		return written, err
	}
	c.cut()
	return int(n), errors.New("the connection was cut")
}

// server is a repository as it may lie on a server.
type server struct {
	t *testing.T
	Place
}

func newServer(t *testing.T) server {
	dir := t.TempDir()
	s := server{t, Place{Folder: filepath.Join(dir, "repository"), Lock: filepath.Join(dir, "lock")}}
	for _, top := range append(order, "locks") {
		s.must(os.MkdirAll(filepath.Join(s.Folder, top), 0o700))
	}
	s.must(os.WriteFile(filepath.Join(s.Folder, config), []byte(dir), 0o600))
	s.add("keys", "the key")
	return s
}

func (s server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// add adds a file that is named by its sum.
func (s server) add(top, content string) string {
	s.t.Helper()
	sum := sha256.Sum256([]byte(content))
	name := hex.EncodeToString(sum[:])
	dir := filepath.Join(s.Folder, top)
	if top == "data" {
		dir = filepath.Join(dir, name[:2])
	}
	s.must(os.MkdirAll(dir, 0o700))
	s.must(os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	return filepath.Join(dir, name)
}

// backup adds a backup with so many packs.
func (s server) backup(name string, packs int) {
	for i := range packs {
		s.add("data", fmt.Sprintf("%s %d %s", name, i, strings.Repeat("x", 20_000)))
	}
	s.add("index", "the index of "+name)
	s.add("snapshots", name)
}

// fetch fetches into a folder.
func (s server) fetch(h *here, dir string) (Fetched, error) {
	return Fetch(s.t.Context(), h, s.Place, dir, func(string) {})
}

// same fails unless the folder is what the server has.
func (s server) same(dir string) {
	s.t.Helper()
	want, got := contents(s.t, s.Folder), contents(s.t, dir)
	if !maps.Equal(want, got) {
		s.t.Errorf("the copy has %v\nand the server %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == noted || e.Name() == ".lock" {
			return err
		}
		data, err := os.ReadFile(at)
		name, _ := filepath.Rel(dir, at)
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFetch(t *testing.T) {
	s, h, dir := newServer(t), &here{}, filepath.Join(t.TempDir(), "a copy")
	s.backup("monday", 3)
	got, err := s.fetch(h, dir)
	if err != nil || got.Files != 6 || len(got.Snapshots) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if last := Last(dir); !last.Time.Equal(got.Time) || !last.Has(got.Snapshots[0][:8]) || last.Has("") || last.Has("00000000") {
		t.Errorf("noted: %+v", last)
	}
	s.same(dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode is %v, %v", info.Mode(), err)
	}
	if got, err = s.fetch(h, dir); err != nil || got.Files != 0 || h.pipes != 1 {
		t.Errorf("a second time: %+v, %v, %d transfers", got, err, h.pipes)
	}
	s.backup("tuesday", 2)
	if got, err = s.fetch(h, dir); err != nil || got.Files != 4 || len(got.Snapshots) != 2 {
		t.Errorf("the next day: %+v, %v", got, err)
	}
	monday, _ := filepath.Glob(filepath.Join(s.Folder, "snapshots", "*"))
	s.must(os.Remove(monday[0]))
	if got, err = s.fetch(h, dir); err != nil || got.Removed != 1 {
		t.Errorf("after a backup was removed: %+v, %v", got, err)
	}
	s.same(dir)
}

// TestFetchCut breaks the transfer at many places: what has arrived stays, is whole, and a
// backup is there only with all that it needs.
func TestFetchCut(t *testing.T) {
	for _, cut := range []int64{1, 600, 5_000, 21_000, 50_000, 90_000, 105_000} {
		s, dir := newServer(t), t.TempDir()
		s.backup("monday", 5)
		h := &here{cut: cut}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Fetch(ctx, h, s.Place, dir, func(line string) {
			if strings.Contains(line, "goes on") {
				cancel() // as when slipway is killed
			}
		})
		if err == nil {
			t.Errorf("cut after %d bytes: no error", cut)
		}
		for name, content := range contents(t, dir) {
			sum := sha256.Sum256([]byte(content))
			if name != config && hex.EncodeToString(sum[:]) != filepath.Base(name) {
				t.Errorf("cut after %d bytes: %s is not whole", cut, name)
			}
		}
		if !Last(dir).Time.IsZero() {
			t.Errorf("cut after %d bytes: it counts as fetched", cut)
		}
		if ids, err := Snapshots(dir); err != nil || len(ids) > 0 {
			t.Errorf("cut after %d bytes: a backup without all it needs: %v, %v", cut, ids, err)
		}
		if _, err := s.fetch(&here{}, dir); err != nil {
			t.Error(err)
		}
		s.same(dir)
	}
}

// TestFetchGoesOn tries again by itself.
func TestFetchGoesOn(t *testing.T) {
	s, dir := newServer(t), t.TempDir()
	s.backup("monday", 5)
	h := &here{cut: 50_000}
	if got, err := s.fetch(h, dir); err != nil || h.pipes != 2 || got.Files != 8 {
		t.Errorf("%+v, %v, %d transfers", got, err, h.pipes)
	}
	s.same(dir)
}

// TestFetchRefuses takes nothing that is damaged or strange, and removes nothing for it.
func TestFetchRefuses(t *testing.T) {
	lockPatience = "0"
	t.Cleanup(func() { lockPatience = "60" })
	for name, test := range map[string]struct {
		change func(s server, dir string)
		why    string
	}{
		"a damaged pack": {func(s server, _ string) {
			s.must(os.WriteFile(s.add("data", "a pack"), []byte("a pick"), 0o600))
		}, "is damaged"},
		"another repository": {func(s server, dir string) {
			s.must(os.WriteFile(filepath.Join(dir, config), []byte("other"), 0o600))
		}, "backups of another repository"},
		"no repository": {func(s server, _ string) { s.must(os.Remove(filepath.Join(s.Folder, config))) }, "no backup on the server yet"},
		"a backup that runs": {func(s server, _ string) {
			s.must(os.WriteFile(s.Lock, nil, 0o600))
			cmd := exec.Command("flock", "--no-fork", s.Lock, "sleep", "600")
			s.must(cmd.Start())
			s.t.Cleanup(func() { _ = errors.Join(cmd.Process.Kill(), cmd.Wait()) })
			for exec.Command("flock", "--nonblock", s.Lock, "true").Run() == nil {
				runtime.Gosched()
			}
		}, "a backup or restore is running"},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := newServer(t), t.TempDir()
			s.backup("monday", 2)
			if _, err := s.fetch(&here{}, dir); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			s.backup("tuesday", 2)
			test.change(s, dir)
			before[config] = contents(t, dir)[config]
			_, err := s.fetch(&here{}, dir)
			if err == nil || !strings.Contains(err.Error(), test.why) || !explained(err) {
				t.Errorf("%v, want %q", err, test.why)
			}
			after := contents(t, dir)
			for name, content := range before {
				if after[name] != content {
					t.Errorf("%s changed or went", name)
				}
			}
			if ids, _ := Snapshots(dir); len(ids) != 1 {
				t.Errorf("the copy has %d backups", len(ids))
			}
		})
	}
}

// TestFetchAlone lets one run at a time into a folder.
func TestFetchAlone(t *testing.T) {
	s, dir := newServer(t), t.TempDir()
	unlock, err := folder(dir).lock()
	s.must(err)
	if _, err := s.fetch(&here{}, dir); err == nil || !strings.Contains(err.Error(), "another run fetches") {
		t.Error(err)
	}
	unlock()
	if _, err := s.fetch(&here{}, dir); err != nil {
		t.Error(err)
	}
}

// TestFetchKeepsTheLast removes nothing if the server has no backup at all any more.
func TestFetchKeepsTheLast(t *testing.T) {
	s, dir := newServer(t), t.TempDir()
	s.backup("monday", 2)
	if _, err := s.fetch(&here{}, dir); err != nil {
		t.Fatal(err)
	}
	for _, top := range []string{"snapshots", "data", "index"} {
		s.must(os.RemoveAll(filepath.Join(s.Folder, top)))
		s.must(os.Mkdir(filepath.Join(s.Folder, top), 0o700))
	}
	before := contents(t, dir)
	got, err := s.fetch(&here{}, dir)
	if err != nil || !got.Kept || len(got.Snapshots) != 1 || !maps.Equal(before, contents(t, dir)) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestFetchOfTwo has a repository that was sent to another server, where it goes its own way: the
// copy of both loses nothing of either.
func TestFetchOfTwo(t *testing.T) {
	old, dir := newServer(t), t.TempDir()
	old.Owner = "old"
	old.backup("monday", 2)
	if _, err := old.fetch(&here{}, dir); err != nil {
		t.Fatal(err)
	}
	other := server{t, Place{Folder: filepath.Join(t.TempDir(), "repository"), Lock: old.Lock, Owner: "other"}}
	old.must(Send(t.Context(), &here{}, other.Place, dir))
	old.backup("tuesday, old", 1)
	other.backup("tuesday, other", 1)
	for _, s := range []server{old, other, old} {
		if _, err := s.fetch(&here{}, dir); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := Snapshots(dir); err != nil || len(ids) != 3 || !slices.Equal(ids, Last(dir).Snapshots) {
		t.Errorf("the copy has %v, %v", ids, err)
	}
}

// TestFetchTakesAnEmptyFolder refuses to mix backups with other files.
func TestFetchTakesAnEmptyFolder(t *testing.T) {
	s, dir := newServer(t), t.TempDir()
	s.must(os.WriteFile(filepath.Join(dir, "photo.jpg"), nil, 0o600))
	_, err := s.fetch(&here{}, dir)
	var refused *providers.Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "photo.jpg") {
		t.Error(err)
	}
}

func TestSend(t *testing.T) {
	s, dir := newServer(t), t.TempDir()
	s.backup("monday", 3)
	if _, err := s.fetch(&here{}, dir); err != nil {
		t.Fatal(err)
	}
	place := Place{Folder: filepath.Join(t.TempDir(), "new", "repository")}
	if err := Send(t.Context(), &here{cut: 30_000}, place, dir); err == nil {
		t.Error("a transfer that was cut succeeds")
	}
	if _, err := os.Stat(place.Folder); err == nil {
		t.Error("half a repository stands in its place")
	}
	if err := Send(t.Context(), &here{}, place, dir); err != nil {
		t.Fatal(err)
	}
	if want, got := contents(t, dir), contents(t, place.Folder); !maps.Equal(want, got) {
		t.Errorf("the server has %v", slices.Sorted(maps.Keys(got)))
	}
	if err := Send(t.Context(), &here{}, place, dir); err == nil || !strings.Contains(err.Error(), "there is a repository") {
		t.Errorf("a second time: %v", err)
	}
	pack, _ := filepath.Glob(filepath.Join(dir, "data", "*", "*"))
	s.must(os.WriteFile(pack[0], []byte("x"), 0o600))
	place.Folder = filepath.Join(t.TempDir(), "repository")
	if err := Send(t.Context(), &here{}, place, dir); err == nil {
		t.Error("a copy that was damaged here is taken")
	}
}

// TestParseTakesNoPath takes only names that a repository's files have.
func TestParseTakesNoPath(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	printed := "config eA==\nfile 1 data/ab/" + sum + "\nfile 1 data/cd/" + sum + "\nfile 1 ../snapshots/" + sum + "\nfile 1 snapshots/" + sum + "/x\nfile 1 data/ab/" + sum + "-tmp\n"
	found, err := parse(printed)
	if err != nil || len(found.sizes) != 1 {
		t.Errorf("%v, %v", found.sizes, err)
	}
	if _, err := parse("config eA==\nfile many snapshots/" + sum + "\n"); err == nil {
		t.Error("a size that is no number is taken")
	}
}
