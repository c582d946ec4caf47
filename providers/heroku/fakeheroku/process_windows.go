package fakeheroku

import (
	"os"
	"os/exec"
)

// Windows has no process groups: only the command itself is ended.
func ownGroup(*exec.Cmd)           {}
func terminateGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
func killGroup(cmd *exec.Cmd)      { _ = cmd.Process.Kill() }

func exitStatus(s *os.ProcessState) int {
	if s == nil {
		return 1
	}
	return s.ExitCode()
}

func ordinary(*exec.Cmd) {}
