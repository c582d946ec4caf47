package service

import "slipway/steps/plan"

// Instance is a database of Slipway's own on the server.
type Instance struct {
	// Kind is "mariadb", "postgres" or "redis", Unit its systemd unit with ".service".
	Kind string `json:"kind"`
	Unit string `json:"unit"`
	// Socket is its Unix socket; of PostgreSQL the folder of it.
	Socket string `json:"socket"`
	// Database and Role are the app's.
	Database string `json:"database"`
	Role     string `json:"role"`
	// User is the Unix user that it runs as, Data the folder of its data.
	User string `json:"user"`
	Data string `json:"data"`
}

// Instances are the databases of a plan, in the order of plan.Services.
func Instances(plan.Plan) []Instance { return nil }
