package engine

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// TestBoundaryIsInNoProcess runs a job that waits for what is brought, and looks at the arguments
// and the environment of each process that it starts: any user of the server can read the
// arguments, and what knows the boundary can print lines that count as the job's own.
func TestBoundaryIsInNoProcess(t *testing.T) {
	dir := t.TempDir()
	seen := recordProcesses(t, filepath.Join(dir, "seen"))
	upload := &fact.Fact{Name: "upload", Before: func(context.Context, fact.Server) error { return nil },
		Script: func(fact.View) string { return "cat /dev/null\necho unpacked" }}
	after := &fact.Fact{Name: "after", Script: func(fact.View) string { return "cat /dev/null\nawait upload\necho ended" }}
	var graph Graph
	graph.Add(upload)
	graph.Add(after)
	run := &Run{Plan: plan.Plan{}, graph: graph, facts: graph.Facts()}
	boundary, bringing := remote.NewBoundary(), newBringing(run)
	here := strings.NewReplacer("/run/slipway", dir, "/var/lib/slipway", dir)
	job := exec.Command("sh", "-euc", `eval "$(cat)"`)
	job.Stdin = strings.NewReader(here.Replace(graph.Facts().script(run, boundary, bringing.place)))
	var out strings.Builder
	job.Stdout, job.Stderr = &out, &out
	if err := job.Start(); err != nil {
		t.Fatal(err)
	}
	brought := exec.Command("sh", "-euc", here.Replace(broughtScript(bringing.place+".upload")))
	said, err := brought.CombinedOutput()
	if waited := job.Wait(); err != nil || waited != nil || !strings.Contains(out.String(), boundary+" line after ended\n") {
		t.Fatalf("%v, %v\n%s%s", err, waited, said, out.String())
	}
	if all := seen(); strings.Contains(all, boundary) || !strings.Contains(all, "sync") || !strings.Contains(all, "mkfifo") {
		t.Errorf("the boundary %s is in what a process was given:\n%s", boundary, all)
	}
}

// recordProcesses has every program of the system write down its arguments and its environment
// before it runs. The result reads what was written.
func recordProcesses(t *testing.T, file string) func() string {
	t.Helper()
	dir := t.TempDir()
	record := filepath.Join(dir, "record")
	text := "#!/bin/sh\n{ printf '%s ' \"$0\" \"$@\"; echo; export -p; } >>" + shell.Quote(file) + "\nexec \"/usr/bin/${0##*/}\" \"$@\"\n"
	if err := os.WriteFile(record, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	programs, err := os.ReadDir("/usr/bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		if err := os.Symlink(record, filepath.Join(dir, p.Name())); err != nil && p.Name() != "record" {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return func() string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}
