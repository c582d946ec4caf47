// Package image writes the files of which an engine builds an app's image, and with which
// a person runs it without Slipway: a Dockerfile, a .dockerignore and a compose.yaml.
//
// They are what a knowledgeable person would write. The same app gives the same bytes, and
// nothing in them is secret: variables and passwords come when a container starts. Each
// rule of hadolint from which the Dockerfile departs has a comment there.
//
// It knows no engine and runs nothing. What an app is and needs comes from the plan; how it
// runs without nginx and systemd comes from package portable. Text of the app's files is
// quoted for the Dockerfile, or refused.
package image

import (
	"cmp"
	"io"
	"slices"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

// What an image looks like from outside.
const (
	// Root is the app's folder, which is the working directory.
	Root = "/app"
	// Port is where the app listens, on every address; the variable PORT names it too.
	Port = "8000"
	// User runs everything in a container.
	User = "app"
	// UserID is the user's number, and that of its group.
	UserID = "10001"
	// environment is the virtual environment.
	environment = "/venv"
	// seeds has what kept folders begin with, in the stage that builds.
	seeds = "/seed"
)

// Names of files.
const (
	Dockerfile   = "Dockerfile"
	Dockerignore = ".dockerignore"
	Compose      = "compose.yaml"
)

// Place is where the app of an image runs.
var Place = portable.Place{Root: Root, Bind: "0.0.0.0:" + Port, Workers: 2, Reach: true, Keeps: true}

// Options are what the files depend on beside the app.
type Options struct {
	// CacheMounts has the build keep what it downloads, for the next build. BuildKit can do
	// that; the older builder refuses such a Dockerfile.
	CacheMounts bool
}

// Files are the files for an app's folder, sorted by their paths: the three, and those of
// Slipway's own that the image needs, in the folder portable.Folder. What can't be written
// in a Dockerfile is a *providers.Usage.
func Files(p plan.Plan, o Options) ([]portable.File, error) {
	b := &build{plan: p, options: o, release: portable.Of(p, Place)}
	if err := b.requirements(); err != nil {
		return nil, err
	}
	dockerfile, err := b.dockerfile()
	if err != nil {
		return nil, err
	}
	compose, err := b.compose()
	if err != nil {
		return nil, err
	}
	files := append(slices.Clone(b.release.Files), b.added...)
	files = append(files,
		portable.File{Path: Dockerfile, Content: dockerfile},
		portable.File{Path: Dockerignore, Content: b.dockerignore()},
		portable.File{Path: Compose, Content: compose})
	slices.SortFunc(files, func(a, b portable.File) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

// Context writes the context of the image's build as a gzipped tar: the app's files and
// those of Files.
func Context(p plan.Plan, o Options, w io.Writer) error {
	files, err := Files(p, o)
	if err != nil {
		return err
	}
	added := map[string]string{}
	for _, f := range files {
		added[f.Path] = f.Content
	}
	return p.Bundle.WriteTarGzWith(w, added)
}

// build is what the files are made of.
type build struct {
	plan    plan.Plan
	options Options
	release portable.Release
	// texts are the requirements files.
	texts []app.RequirementText
	// added are files that the installation of the packages needs beside the app's.
	added []portable.File
}

// python is the base image.
func (b *build) python() string { return "python:" + cmp.Or(b.plan.Python, "3.13") + "-slim" }

// seeded tells whether the app's files have something at a path, or below it.
func (b *build) seeded(path string) bool {
	return b.plan.Bundle != nil && slices.ContainsFunc(b.plan.Bundle.Files, func(f app.BundleFile) bool {
		return f.Path == path || len(f.Path) > len(path) && f.Path[:len(path)+1] == path+"/"
	})
}
