package hardening

import (
	"slices"
	"time"
)

// topics are those that the list says how to bring about, in the order of their
// steps.
var topics = []Topic{sshTopic, updatesTopic, kernelTopic, accountsTopic, filesTopic, loggingTopic, servicesTopic, auditTopic, integrityTopic}

// tables are the parts of the list, in the order of the steps.
var tables = [][]Setting{loginSettings, sshSettings, sshAlgorithmSettings, sshUnitSettings, unneededSettings, firewallSettings, updateSettings, kernelSettings,
	accountSettings, passwordSettings, fileSettings, loggingSettings, serviceSettings, auditSettings, integritySettings}

// shortLimit is how long a change of files and units may take.
const shortLimit = 2 * time.Minute

// joined makes one list of several.
func joined(lists ...[]requirement) []requirement { return slices.Concat(lists...) }
