package plan

import (
	"time"
)

// revertAfter is how long a change that could lock the operator out may stand
// unproven.
const revertAfter = 150 * time.Second

// ProofLimit is how long a new login may take to prove such a change: well under
// the time after which there is nothing to prove.
func (p Plan) ProofLimit() time.Duration { return p.RevertTime() * 3 / 10 }

// RevertAfterVariable is the environment's name for how long a change that could
// lock the operator out may stand unproven, as Go writes durations.
const RevertAfterVariable = "SLIPWAY_REVERT_AFTER"

// readRevertTime reads how long an unproven change may stand; 0 is the default.
func readRevertTime(getenv func(string) string) (time.Duration, error) {
	said := getenv(RevertAfterVariable)
	if said == "" {
		return 0, nil
	}
	after, err := time.ParseDuration(said)
	if err != nil || after < 10*time.Second || after > time.Hour {
		return 0, Usagef("give a time from 10s to 1h", "%s is %q", RevertAfterVariable, said)
	}
	return after, nil
}

// RevertTime is how long an unproven change may stand.
func (p Plan) RevertTime() time.Duration {
	if p.RevertAfter == 0 {
		return revertAfter
	}
	return p.RevertAfter
}
