package app

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// incomplete makes a repository that git can't list without an object that is missing,
// which it would bring from a remote. It has some files in a folder that is not checked
// out, of which the index has the folder alone.
func incomplete(t *testing.T) repository {
	t.Helper()
	r := newRepository(t)
	r.write("app.py", flaskApp, "in/a.py", "", "out/b.py", "", "out/deep/c.py", "")
	r.git("add", ".")
	r.git("commit", "-qm", "x")
	r.git("sparse-checkout", "init", "--cone", "--sparse-index")
	r.git("sparse-checkout", "set", "in")
	tree := strings.TrimSpace(r.output("rev-parse", "HEAD:out"))
	if err := os.Remove(filepath.Join(r.dir, ".git", "objects", tree[:2], tree[2:])); err != nil {
		t.Fatal(err)
	}
	r.settings("core.repositoryFormatVersion", "1", "extensions.partialClone", "origin", "remote.origin.promisor", "true")
	return r
}

func (r repository) output(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

// settings sets names and values of the repository in turn.
func (r repository) settings(pairs ...string) {
	r.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		r.git("config", pairs[i], pairs[i+1])
	}
}

// TestHostileRepository lists repositories, such as one in an unpacked archive, whose own
// settings name programs for git to run.
func TestHostileRepository(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "ran")
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ntouch "+mark+"\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	alias := "!" + program
	for name, settings := range map[string][]string{
		"ssh":            {"remote.origin.url", "ssh://host.example/x", "core.sshCommand", program},
		"ext":            {"remote.origin.url", "ext::" + program, "protocol.ext.allow", "always", "protocol.allow", "always"},
		"upload-pack":    {"remote.origin.url", "/", "remote.origin.uploadpack", program, "protocol.file.allow", "always"},
		"git proxy":      {"remote.origin.url", "git://host.example/x", "core.gitProxy", program, "protocol.git.allow", "always"},
		"remote helper":  {"remote.origin.url", "never::x", "alias.remote-never", alias, "protocol.never.allow", "always"},
		"foreign":        {"remote.origin.url", "x", "remote.origin.vcs", "none", "alias.remote-none", alias, "protocol.none.allow", "always"},
		"unnamed helper": {"remote.origin.url", "::x", "alias.remote-", alias, "protocol.allow", "always"},
		"instead of":     {"remote.origin.url", "https://x/", "url.ext::" + program + " %S /.insteadOf", "https://x/", "protocol.ext.allow", "always"},
		"fsmonitor":      {"core.fsmonitor", program, "remote.origin.url", "https://host.invalid/"},
		"hooks":          {"core.hooksPath", filepath.Dir(program), "remote.origin.url", "https://host.invalid/"},
		"others":         {"remote.origin.url", "https://host.invalid/", "core.pager", program, "core.askPass", program, "credential.helper", alias, "gpg.program", program, "diff.external", program, "core.alternateRefsCommand", program, "core.editor", program},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(mark)
			r := incomplete(t)
			r.settings(settings...)
			r.refused("git can't list the files of " + r.dir)
			// Git before 2.45 does not know the variable that ends a fetch before it begins.
			answer, err := runGit(t.Context(), r.dir, "", []string{"GIT_NO_LAZY_FETCH=0"}, "ls-files")
			if readGitWords(answer.said).wrong == "" {
				t.Errorf("got %+v, %v", answer, err)
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("a program that the repository names was run")
			}
			// The same by way of another file, and of a repository that lies elsewhere.
			config := filepath.Join(r.dir, ".git", "config")
			moved := t.TempDir()
			if err := errors.Join(os.Rename(config, config+".more"), os.WriteFile(config, []byte("[core]\nrepositoryFormatVersion=1\n[extensions]\npartialClone=origin\n[include]\npath=config.more\n"), 0o600),
				os.Rename(filepath.Join(r.dir, ".git"), filepath.Join(moved, "git")), os.WriteFile(filepath.Join(r.dir, ".git"), []byte("gitdir: "+moved+"/git\n"), 0o600)); err != nil {
				t.Fatal(err)
			}
			r.refused("git can't list the files of " + r.dir)
			outer := newRepository(t)
			outer.write("app.py", "")
			if err := os.Rename(r.dir, filepath.Join(outer.dir, "inner")); err != nil {
				t.Fatal(err)
			}
			outer.refused("git can't list the files of " + filepath.Join(outer.dir, "inner"))
			if _, err := os.Stat(mark); err == nil {
				t.Error("a program that the repository names was run")
			}
			// What was tried is real: git by itself runs the program.
			if slices.Contains([]string{"ssh", "ext", "upload-pack", "foreign"}, name) && !ranByItself(t, filepath.Join(outer.dir, "inner"), mark) {
				t.Log("this git does not run the program by itself either")
			}
		})
	}
}

// objects are the files of a repository's objects.
func (r repository) objects() []string {
	r.t.Helper()
	var all []string
	err := filepath.WalkDir(filepath.Join(r.dir, ".git", "objects"), func(name string, _ fs.DirEntry, err error) error {
		all = append(all, name)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// TestListingWritesNothing lists repositories whose index makes git write objects, in
// folders whose names mean something in a list of paths.
func TestListingWritesNothing(t *testing.T) {
	r := incomplete(t)
	before := r.objects()
	r.refused("git can't list the files of " + r.dir)
	if after := r.objects(); !slices.Equal(before, after) {
		t.Errorf("the objects were %q and are %q", before, after)
	}
	for _, name := range []string{"a:b", `q"u`, `back\slash`, "\ttab\nline", "ü 🙂", `"q":"`} {
		r := newRepository(t)
		r.write("app.py", flaskApp, "in/a.py", "", "out/b.py", "", ".gitignore", "*.log\n", "x.log", "")
		r.git("add", ".")
		r.git("commit", "-qm", "x")
		r.git("sparse-checkout", "init", "--cone", "--sparse-index")
		r.git("sparse-checkout", "set", "in")
		r.write("in/c.py", "c")
		r.git("add", "in/c.py") // so no tree in the repository has it
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Rename(r.dir, dir); err != nil {
			t.Fatal(err)
		}
		r.dir = dir
		before := r.objects()
		listing, err := listWithGit(t.Context(), dir)
		if want := []string{".gitignore", "app.py", "in/a.py", "in/c.py"}; err != nil || listing.note != "" || !slices.Equal(slices.Sorted(maps.Keys(listing.files)), want) {
			t.Errorf("%q: got %v %s, %v", name, listing.files, listing.note, err)
		}
		if after := r.objects(); !slices.Equal(before, after) {
			t.Errorf("%q: the objects were %q and are %q", name, before, after)
		}
	}
}

func ranByItself(t *testing.T, dir, mark string) bool {
	t.Helper()
	cmd := exec.Command("git", "ls-files")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	t.Logf("git by itself: %v: %s", err, out)
	_, err = os.Stat(mark)
	return err == nil
}

func TestGitListingThatIsIncomplete(t *testing.T) {
	for text, want := range map[string]gitWords{
		"":                                 {},
		"error: Could not read 1f\n":       {wrong: "Could not read 1f"},
		"hint: x\nfatal: a: b\nerror: c\n": {wrong: "a: b"},
		"warning: unable to access '.gitignore': Too many links\n":          {note: "git said: unable to access '.gitignore': Too many links"},
		"warning: could not open directory 'a b/': Permission denied\n":     {folders: []string{"a b"}},
		"warning: could not open directory 'a\nb/': Permission denied\n":    {wrong: "could not open directory 'a"},
		"warning: object 12 is missing\n":                                   {wrong: "object 12 is missing"},
		"warning: could not open directory 'not a git repository/': error:": {folders: []string{"not a git repository"}},
	} {
		got := readGitWords(text)
		if got.wrong != want.wrong || got.note != want.note || !slices.Equal(got.folders, want.folders) {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

// TestGitVariables has the variables that a hook of git sets, or that name programs.
func TestGitVariables(t *testing.T) {
	got := gitEnvironment([]string{"HOME=/h", "GIT_DIR=x", "GIT_TRACE2=1", "GIT_SSH_COMMAND=x", "GIT_ALLOW_PROTOCOL=ext", "GIT_CONFIG_GLOBAL=/g", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c", "GIT_ALTERNATE_OBJECT_DIRECTORIES=x"})
	want := []string{"HOME=/h", "GIT_CONFIG_GLOBAL=/g", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c"}
	if !slices.Equal(got[:len(want)], want) || strings.HasPrefix(got[len(want)], "GIT_ALLOW_PROTOCOL=ext") {
		t.Errorf("got %q", got)
	}
	if first, second := gitEnvironment(nil), gitEnvironment(nil); slices.Equal(first, second) {
		t.Error("a repository can know the protocol that is allowed")
	}
}
