package plan

import "slipway/state"

// Recorded are the settings that the state file keeps for the next run, by key.
// --on-failure and --grow-disk are none of them: they have to be given for each run.
func (p Plan) Recorded() map[string]string {
	used := map[string]string{}
	for key, v := range p.Values {
		if v.Value != "" && key != KeyOnFailure && key != KeyGrowDisk {
			used[key] = v.Value
		}
	}
	return used
}

// OfRecord is the part of a plan that a record holds: enough to find what was
// made, but with no app and no files.
func OfRecord(record state.Record) Plan {
	p := Plan{Name: record.Name, OnServer: record.OnServer, Tag: record.Tag, Release: record.Release, Address: record.Server.Address, Login: record.Server.User, Values: map[string]NamedValue{}}
	for key, value := range record.Settings {
		p.Values[key] = NamedValue{Key: key, Value: value, From: FromEarlier}
	}
	return p
}
