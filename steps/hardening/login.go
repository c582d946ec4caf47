package hardening

// login and what root may do are the step login's own; it is told of here.
var login = []Setting{
	{Topic: "login", What: "a user deploy with the deployment's key, no password, and sudo", Why: "root need not log in",
		Rules: []string{"CIS 5.2.1", "ANSSI R33", "ANSSI R39"}},
}
