// Package docker tests deployments to a real Docker engine, from the first run to
// destroy: releases, data, processes, databases, runs that are killed, and what
// slipway eject docker writes.
package docker

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"slipway/providers/docker/dockertest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(func() int { return e2e.Main(m) })) }

// operator is somebody who runs slipway with an engine of the test's own.
type operator struct {
	*e2e.Operator
	engine *dockertest.Engine
}

// newOperator gives a test the engine. At its end all deployments are destroyed, and the
// engine has what it had before.
func newOperator(t *testing.T, images ...string) *operator {
	t.Helper()
	e := dockertest.Shared(t, append(images, "python:3.13-slim")...)
	before := everything(t, e)
	t.Cleanup(func() {
		if after := everything(t, e); !slices.Equal(before, after) {
			t.Errorf("after destroy the engine has\n%s\nand it had\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
	})
	o := &operator{Operator: e2e.NewOperator(t, 3*time.Minute), engine: e}
	o.Env = e.Env()
	return o
}

// everything lists what the engine has, but for networks of its own: images without a
// name too, which builds leave.
func everything(t testing.TB, e *dockertest.Engine) []string {
	t.Helper()
	// At the end of a test its own context is over.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	all := []string{}
	containers, err := e.Client.ContainerList(ctx, client.ContainerListOptions{All: true})
	failOn(t, err)
	for _, c := range containers.Items {
		all = append(all, fmt.Sprintf("container %s, %s", c.Names, c.State))
	}
	images, err := e.Client.ImageList(ctx, client.ImageListOptions{All: true})
	failOn(t, err)
	for _, i := range images.Items {
		all = append(all, fmt.Sprintf("image %s %s", i.ID, i.RepoTags))
	}
	volumes, err := e.Client.VolumeList(ctx, client.VolumeListOptions{})
	failOn(t, err)
	for _, v := range volumes.Items {
		all = append(all, "volume "+v.Name)
	}
	networks, err := e.Client.NetworkList(ctx, client.NetworkListOptions{})
	failOn(t, err)
	for _, n := range networks.Items {
		all = append(all, "network "+n.Name)
	}
	slices.Sort(all)
	return all
}

func failOn(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deploy runs slipway --yes --json for the engine.
func (o *operator) deploy(args ...string) e2e.Deployed {
	o.T.Helper()
	return o.Deploy(append([]string{"--provider", "docker"}, args...)...)
}

// tag is what tells that something is the deployment's.
func (o *operator) tag(name string) string {
	o.T.Helper()
	record, err := o.State().Read(name)
	failOn(o.T, err)
	return record.Tag
}

// containers lists the deployment's of a role; "" stands for all roles.
func (o *operator) containers(name, role string) []container.Summary {
	o.T.Helper()
	filters := make(client.Filters).Add("label", "dev.slipway.tag="+o.tag(name))
	if role != "" {
		filters = filters.Add("label", "dev.slipway.role="+role)
	}
	list, err := o.engine.Client.ContainerList(o.T.Context(), client.ContainerListOptions{All: true, Filters: filters})
	failOn(o.T, err)
	return list.Items
}

// docker runs the docker command, which must succeed.
func (o *operator) docker(args ...string) string {
	o.T.Helper()
	return command(o.T, "", o.engine.Env(), append([]string{"docker"}, args...)...)
}

// command runs a command, which must succeed, in a folder.
func command(t testing.TB, folder string, env []string, words ...string) string {
	t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// asks asks for a page, which must have the text.
func asks(t testing.TB, url, want string) {
	t.Helper()
	if status, body := e2e.Ask(t, url); status != http.StatusOK || !strings.Contains(body, want) {
		t.Errorf("%s: status %d, %q, want %q", url, status, body, want)
	}
}

// shape is the path of an app of package shapes.
func shape(t testing.TB, folder string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../shapes/testdata", folder))
	failOn(t, err)
	return path
}

// copied is a copy of a shape, to be changed.
func copied(t testing.TB, folder string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), folder)
	failOn(t, os.CopyFS(dir, os.DirFS(shape(t, folder))))
	return dir
}

// edit replaces a text in a file.
func edit(t testing.TB, file, old, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	failOn(t, err)
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", file, old)
	}
	failOn(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(data), old, text)), 0o600))
}

// running are the names of those that run.
func running(list []container.Summary) []string {
	var names []string
	for _, c := range list {
		if c.State == container.StateRunning {
			names = append(names, c.Names...)
		}
	}
	return names
}
