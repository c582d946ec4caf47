package hardening

// loginSettings are brought about by the step login.
var loginSettings = []Setting{
	{Topic: "login", What: "the user deploy (slipway, where deploy is somebody else's) logs in with the deployment's key, has no password and may use sudo", Why: "nobody has to log in as root",
		Rules: []string{"CIS 5.2.1", "ANSSI R33", "ANSSI R39"}},
}
