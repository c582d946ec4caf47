package steps

import (
	"io"
	"time"

	"slipway/providers"
	"slipway/steps/buildpack"
	"slipway/steps/image"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

// appOf is the app as a platform is given it. Without the app's source, as in a look for
// drift, it has the release's name only.
func appOf(p plan.Plan, platform providers.Platform) providers.App {
	if p.Bundle == nil {
		return providers.App{Release: p.Release}
	}
	a := withoutFiles(p)
	switch platform.Takes() {
	case providers.AsImage:
		r := portable.Of(p, image.Place)
		for _, v := range r.Volumes {
			a.Data = append(a.Data, v.Path)
		}
		a.Archive = func(w io.Writer) error { return image.Context(p, image.Options{}, w) }
	case providers.AsSource:
		a.Archive = func(w io.Writer) error { return buildpack.Archive(p, w) }
	}
	return a
}

// withoutFiles is the app but for its archive, and for the folders that outlive a release.
func withoutFiles(p plan.Plan) providers.App {
	health, processes := p.Health(), p.App.Processes
	if p.ProcessesRest {
		processes = nil
	}
	return providers.App{
		Release: p.Release, Variables: p.Env, Unset: p.Unset, HostVariable: p.App.HostVariable,
		Processes: processes, Init: p.App.Init, ReleaseCommand: p.App.Release, TestCommand: p.App.TestCommand,
		Services: p.Services(), ServiceNames: p.ServiceVariables(), Counts: p.Counts, MostWeb: p.MostWeb,
		Health: providers.Health{Path: health.Path, Status: health.Status, Within: time.Duration(health.Seconds) * time.Second},
		Stop:   p.App.Limits.Kill(),
	}
}

// detailsOf say for people what a platform does otherwise for this app than a server would.
func detailsOf(p plan.Plan, provider providers.Provider) []string {
	platform, ok := provider.(providers.Platform)
	switch {
	case !ok || p.Bundle == nil:
		return nil
	case platform.Takes() == providers.AsImage:
		return portable.Of(p, image.Place).Details
	}
	return buildpack.Details(p)
}
