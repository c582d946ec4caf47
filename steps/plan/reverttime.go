package plan

import (
	"time"
)

// revertAfter is the default of Plan.RevertTime.
const revertAfter = 150 * time.Second

// ProofLimit is how long a new login may take to prove a change that could lock
// the operator out. It ends well before the server puts the old state back.
func (p Plan) ProofLimit() time.Duration { return p.RevertTime() * 3 / 10 }

// RevertAfterVariable is the environment variable that sets Plan.RevertTime, as Go
// writes durations: "90s".
const RevertAfterVariable = "SLIPWAY_REVERT_AFTER"

// readRevertTime reads RevertAfterVariable; 0 stands for the default.
func readRevertTime(getenv func(string) string) (time.Duration, error) {
	text := getenv(RevertAfterVariable)
	if text == "" {
		return 0, nil
	}
	after, err := time.ParseDuration(text)
	if err != nil || after < 10*time.Second || after > time.Hour {
		return 0, Usagef("give a time from 10s to 1h", "%s is %q", RevertAfterVariable, text)
	}
	return after, nil
}

// RevertTime is how long a change that could lock the operator out stays on the
// server while no new login has proven it. Then the server puts the old state
// back by itself.
func (p Plan) RevertTime() time.Duration {
	if p.RevertAfter == 0 {
		return revertAfter
	}
	return p.RevertAfter
}
