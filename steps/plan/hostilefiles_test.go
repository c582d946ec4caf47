//go:build unix

package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers"
)

// TestHostileFiles has files that the operator names and that are none.
func TestHostileFiles(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{pipe: "it is a named pipe, not a file", "/dev/zero": "it is a device, not a file", dir: "it is a folder, not a file"} {
		err := ReadVariableFile(ctx, map[string]string{}, path, "--env-file")
		var usage *providers.Usage
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), "--env-file "+path+" can't be read: "+want) || usage.Next == "" {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := publicHalf(ctx, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestVariablesFromAPipe reads what a shell makes of --env-file <(command).
func TestVariablesFromAPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	go func() {
		_, err := writer.WriteString("A=b\n")
		if err := errors.Join(err, writer.Close()); err != nil {
			t.Error(err)
		}
	}()
	env := map[string]string{}
	err = ReadVariableFile(t.Context(), env, filepath.Join("/dev/fd", strconv.Itoa(int(reader.Fd()))), "--env-file")
	if err != nil || env["A"] != "b" {
		t.Errorf("got %q, %v", env, err)
	}
}
