// Command cmd runs a command beside a Docker engine of its own, so that the slipway
// command and the docker command can be tried by hand:
//
//	go run ./providers/docker/dockertest/cmd --image python:3.13-slim bash
//	docker images
//
// When the command has ended, the engine and all that it had are gone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"slipway/providers/docker/dockertest"
)

func main() { os.Exit(dockertest.Inside(run)) }

func run() int {
	var o dockertest.Options
	flag.Func("image", "an official image that the engine has, repeatable: "+strings.Join(dockertest.Images(), ", "),
		func(name string) error {
			o.Images = append(o.Images, name)
			return nil
		})
	flag.Int64Var(&o.Size, "size", 0, "limit the engine's disk to that many bytes")
	flag.Parse()
	o.Report = func(line string) { fmt.Fprintln(os.Stderr, line) }
	if flag.NArg() == 0 {
		flag.Usage()
		return 2
	}
	status, err := beside(o, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "dockertest:", err)
	}
	return status
}

// beside runs a command while an engine runs.
func beside(o dockertest.Options, words []string) (status int, err error) {
	ctx, end := signal.NotifyContext(context.Background(), os.Interrupt)
	defer end()
	e, err := dockertest.Launch(ctx, o)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), e.Env()...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		return 1, err
	}
	return cmd.ProcessState.ExitCode(), nil
}
