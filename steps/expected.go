package steps

import (
	"slipway/state"
	"slipway/steps/plan"
)

// Expected is how many seconds each step takes, as far as earlier runs tell:
// those of the deployment itself, else the latest of others on the same
// provider. Steps that no run had to do are left out.
func Expected(p plan.Plan, home state.Home) (map[string]float64, error) {
	records, err := home.Records()
	if err != nil {
		return nil, err
	}
	var latest state.Record
	for _, kept := range records {
		record := kept.Record
		if kept.Err != nil || record.Settings[plan.KeyProvider] != p.Value(plan.KeyProvider) || len(record.Seconds) == 0 {
			continue // a record that can't be read is told of where it matters
		}
		if kept.Name == p.Name {
			return record.Seconds, nil
		}
		if record.Finished.After(latest.Finished) {
			latest = record
		}
	}
	return latest.Seconds, nil
}
