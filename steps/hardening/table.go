package hardening

import (
	"slices"
	"time"
)

// topics are the steps of which the list is all there is to say, in order.
var topics = []Topic{sshTopic, updatesTopic, kernelTopic, accountsTopic, filesTopic, loggingTopic, servicesTopic, auditTopic, integrityTopic}

// tables are the parts of the list, in the order of the steps.
var tables = [][]Setting{login, ssh, crypto, sshUnit, unneeded, firewall, updates, kernelSettings, accounts, filesSettings, logging, services, audit, people, integrity}

const short = 2 * time.Minute

// all makes one list of wants.
func all(wants ...[]want) []want { return slices.Concat(wants...) }
