package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A repository is what somebody else wrote: its settings may name programs, which git
// would run on this computer. These settings, which win over the repository's, and
// the variables of gitEnvironment leave git none to run.
var gitRunsNothing = []string{
	"core.fsmonitor=false", "core.hooksPath=" + os.DevNull, "core.sshCommand=false", "credential.helper=",
	"protocol.allow=never", "safe.bareRepository=explicit",
	// Names stay as they are on the disk.
	"core.precomposeUnicode=false",
}

// gitAnswer is what git printed.
type gitAnswer struct{ out, said string }

// runGit runs git in a folder. It runs no program that a repository names, asks
// nothing, brings nothing and changes no repository. variables are added to its
// environment. The error is an *exec.ExitError, or that git could not be run.
func runGit(ctx context.Context, dir, stdin string, variables []string, args ...string) (gitAnswer, error) {
	var words []string
	for _, setting := range gitRunsNothing {
		words = append(words, "-c", setting)
	}
	cmd := exec.CommandContext(ctx, "git", append(words, args...)...)
	cmd.Dir = dir
	cmd.Env = append(gitEnvironment(os.Environ()), variables...)
	cmd.Stdin = strings.NewReader(stdin)
	// A child of git's that holds its output open must not outlive it here.
	cmd.WaitDelay = time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return gitAnswer{out.String(), said.String()}, err
}

// listApart lists a folder's files with git. To take a sparse index apart, git makes
// objects, also for a list: they go into a folder that does not stay, and the
// repository's own are only read.
func listApart(ctx context.Context, dir string) (gitAnswer, error) {
	answer, err := runGit(ctx, dir, "", nil, "rev-parse", "--git-path", "objects")
	if err != nil {
		return answer, err
	}
	own := strings.TrimSuffix(answer.out, "\n")
	if !filepath.IsAbs(own) {
		own = filepath.Join(dir, own)
	}
	if own, err = filepath.Abs(own); err != nil {
		return gitAnswer{}, err
	}
	made, err := os.MkdirTemp("", "slipway-objects-")
	if err != nil {
		return gitAnswer{}, err
	}
	defer os.RemoveAll(made)
	return runGit(ctx, dir, "", []string{"GIT_OBJECT_DIRECTORY=" + made, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + gitQuoted(own)},
		"ls-files", "--cached", "--others", "--exclude-standard", "-z")
}

// gitQuoted is a path as git reads it in a list of paths, which colons divide.
func gitQuoted(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

// gitVariables are the variables of git that say where the operator's own settings are.
// Any other is left out: a hook of git sets some that name another repository, and
// others name programs.
var gitVariables = []string{
	"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
	"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH",
}

// gitEnvironment is environ without the variables that would make git act otherwise
// than asked.
func gitEnvironment(environ []string) []string {
	var kept []string
	for _, line := range environ {
		key, _, _ := strings.Cut(line, "=")
		pair := strings.HasPrefix(key, "GIT_CONFIG_KEY_") || strings.HasPrefix(key, "GIT_CONFIG_VALUE_")
		if strings.HasPrefix(key, "GIT_") && !pair && !slices.Contains(gitVariables, key) {
			continue
		}
		kept = append(kept, line)
	}
	return append(kept, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		// A missing object is an error. Before git 2.45, which has this variable, the next
		// one ends the attempt to bring it: a repository may allow itself a protocol, but
		// can't know the only name that is allowed here.
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL="+rand.Text())
}
