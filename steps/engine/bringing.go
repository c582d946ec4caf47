package engine

import (
	"cmp"
	"context"
	_ "embed" // the scripts
	"path"
	"sync"
	"time"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

const (
	// jobState is where a job keeps which of its facts have ended. A reboot empties it, as it
	// ends the job.
	jobState = "/run/slipway/facts"
	// jobBrought is where slipway says that it has brought what a fact needs from it. A
	// reboot leaves that, for the same job begins anew then.
	jobBrought = "/var/lib/slipway/jobs/brought"
	// notBrought is at the end of that file's name if it could not be brought.
	notBrought = ".not"
	// jobPatience is how many seconds a job waits for what slipway brings while no upload
	// grows. A later run that takes over ends the wait at once.
	jobPatience = "600"
	// jobLimit is how many bytes of what a fact prints come through before only the end does.
	// Each line gets the fact's name: of the shortest lines this makes half of what a job's log
	// takes, so that a flood does not push what others say out of it.
	jobLimit = "98304"
)

var (
	//go:embed brought.sh
	broughtText string
	//go:embed sidebyside.sh
	sideBySideText string
)

// bringing does what facts need done from here before their scripts run, while their job
// runs: an upload need not wait for Debian's packages. The job waits for it.
type bringing struct {
	run *Run
	// place begins the names of the files that say what was brought for this job. They are seen
	// in the arguments of processes, so the job's boundary is not in them.
	place   string
	running sync.WaitGroup

	mu  sync.Mutex
	err error
}

func newBringing(r *Run) *bringing {
	return &bringing{run: r, place: path.Join(jobBrought, remote.NewBoundary())}
}

// begin starts with all facts at once.
func (b *bringing) begin(ctx context.Context, facts Facts) {
	for _, f := range facts {
		if f.Before != nil {
			b.running.Go(func() {
				if err := b.bring(ctx, f); ctx.Err() == nil { // else the job is no longer followed
					b.failed(err)
				}
			})
		}
	}
}

// end waits until all is brought, or could not be.
func (b *bringing) end() error {
	b.running.Wait()
	return b.err
}

func (b *bringing) failed(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = cmp.Or(b.err, err)
}

// bring prepares a fact and tells its job, also if that can't be done: the job stops then as
// it does when a fact fails.
func (b *bringing) bring(ctx context.Context, f *fact.Fact) error {
	began := time.Now()
	server := b.run.forFact(f)
	file := b.place + "." + f.Name
	err := f.Before(ctx, server)
	if err != nil {
		file += notBrought
	}
	_, told := server.Client.Output(ctx, broughtScript(file))
	if err = cmp.Or(err, told); err != nil {
		return &stepFailure{step: stepInHand{name: f.Name, title: f.Title, began: began}, err: err}
	}
	return nil
}

// stepFailure is an error of another step than the one in hand: steps run side by side.
type stepFailure struct {
	step stepInHand
	err  error
}

func (e *stepFailure) Error() string { return e.err.Error() }

func (e *stepFailure) Unwrap() error { return e.err }

// broughtScript says in a file that something was brought, or could not be.
func broughtScript(file string) string {
	return shell.Script(broughtText, shell.Values{"folder": path.Dir(file), "file": file})
}

// sideBySide is what the scripts of a job's facts run in.
func sideBySide(boundary, brought string) string {
	return shell.Script(sideBySideText, shell.Values{"job_boundary": boundary, "job_state": jobState, "job_brought": brought,
		"job_abandoned": remote.Abandoned(applyJob), "job_uploads": layout.Uploads, "job_patience": jobPatience, "job_limit": jobLimit})
}
