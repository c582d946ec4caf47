package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"slipway/providers"
)

// toolLimit is how long one program that prepares a disk may take.
const toolLimit = 2 * time.Minute

// isoPrograms are programs that pack the first boot's data. They take the same
// options, and one of them is enough.
var isoPrograms = []string{"genisoimage", "xorrisofs", "mkisofs"}

// toolFolders are the folders that are searched for the tools.
func toolFolders() []string {
	folders := []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin"}
	if runtime.GOOS == "darwin" {
		folders = append(folders, "/opt/homebrew/bin", "/usr/local/bin")
	}
	return folders
}

func toolEnv() []string {
	return []string{"PATH=" + strings.Join(toolFolders(), ":"), "LANG=C.UTF-8"}
}

// places are the paths at which one of the programs may be.
func places(programs ...string) []string {
	var list []string
	for _, program := range programs {
		for _, folder := range toolFolders() {
			list = append(list, filepath.Join(folder, program))
		}
	}
	return list
}

// findTool is the path of a program.
func findTool(program string) (string, error) {
	for _, path := range places(program) {
		if exists(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed", program)
}

func isoProgram() (string, error) {
	for _, program := range isoPrograms {
		if _, err := findTool(program); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("none of %s is installed", strings.Join(isoPrograms, ", "))
}

func (qemu) tools(image string) []tool {
	arch := architectures[debianArch()]
	list := []tool{
		{pkg: arch.pkg, files: places(arch.program), why: "it runs the machine"},
		{pkg: "qemu-utils", files: places("qemu-img"), why: "it makes the machine's disk"},
		{pkg: "genisoimage", files: places(isoPrograms...), why: "it hands over the first boot's data"},
	}
	if isSource(image) {
		if filepath.IsAbs(arch.firmware) {
			list = append(list, tool{pkg: "qemu-efi-aarch64", files: []string{arch.firmware}, why: "it starts the disk's boot loader"})
		}
		return list
	}
	list = append(list, builders()...)
	return append(list, tool{pkg: "e2fsprogs", files: places("mke2fs"), why: "it makes the base image's file system"})
}

// supported looks for what can't be installed: an architecture, rights, apt-get.
func (q qemu) supported(image string) error {
	if _, err := q.hardware(""); err != nil {
		return err
	}
	if !isSource(image) || runtime.GOOS == "windows" {
		if err := administers(); err != nil {
			return err
		}
	}
	absent := missing(q.tools(image), exists)
	switch {
	case len(absent) == 0:
		return nil
	case runtime.GOOS == "darwin":
		return &providers.Refused{
			Err:  fmt.Errorf("this computer lacks %s", packages(absent)),
			Next: "run `brew install qemu cdrtools`, then the same command again",
		}
	case !exists(aptGet):
		return noApt(absent)
	case os.Geteuid() != 0:
		return &providers.Refused{
			Err:  fmt.Errorf("this computer lacks %s", packages(absent)),
			Next: "run `sudo apt-get install --no-install-recommends " + strings.ReplaceAll(packages(absent), ",", "") + "`, then the same command again",
		}
	}
	return nil
}

// runTool runs a program to its end.
func runTool(ctx context.Context, argv []string) error {
	_, err := output(ctx, argv)
	return err
}

// output is what a program prints.
func output(ctx context.Context, argv []string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, toolLimit, fmt.Errorf("%s took longer than %v", argv[0], toolLimit))
	defer cancel()
	path, err := findTool(argv[0])
	if err != nil {
		return nil, err
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = "/", toolEnv(), &out, &errs, time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", argv[0], err), errors.New(strings.TrimSpace(errs.String())))
	}
	return out.Bytes(), nil
}
