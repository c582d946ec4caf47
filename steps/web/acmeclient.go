package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"slices"
	"strings"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// certificatePath is the certificate that nginx has. It holds the key too, so that
	// both are replaced at once.
	certificatePath = "/etc/slipway/certificate.pem"
	// acmeState is the folder of what the ACME client keeps: its account, and what the
	// authority said.
	acmeState = "/var/lib/" + acmeUser
	// acmeChallenges is a folder whose files nginx shows to the authority. It is there
	// while the client runs.
	acmeChallenges = "/run/" + acmeUser
	// acmePrograms is the folder of the client's settings and of the unit's programs.
	acmePrograms = "/usr/local/lib/" + acmeUser
)

// certificateFiles are the client's settings, the two programs that the unit
// runs, and the unit with its timer.
func certificateFiles(p plan.Plan) []shell.File {
	return []shell.File{
		{Path: acmePrograms + "/settings", Mode: "644", Content: acmeSettings(p)},
		{Path: acmePrograms + "/obtain", Mode: "755", Content: ObtainProgram(p)},
		{Path: acmePrograms + "/install", Mode: "755", Content: InstallProgram(p)},
		certificateService(),
		certificateTimer(),
	}
}

// acmeSettings is the configuration file of dehydrated, the ACME client.
func acmeSettings(p plan.Plan) string {
	lines := []string{
		"# Written by slipway.",
		"CA=" + shell.Quote(p.Authority()),
		"BASEDIR=" + acmeState,
		"WELLKNOWN=" + acmeChallenges,
		"CHALLENGETYPE=http-01",
		"KEY_ALGO=prime256v1",
		"PRIVATE_KEY_RENEW=yes",
		`CURL_OPTS="--connect-timeout 20 --max-time 60"`,
	}
	if email := p.Value(plan.KeyEmail); email != "" {
		lines = append(lines, "CONTACT_EMAIL="+shell.Quote(email))
	}
	return shell.Lines(lines...) + "\n"
}

// certificateService is the unit that obtains the certificate as acmeUser, in the
// sandbox of a release, and has nginx use it.
func certificateService() shell.File {
	return shell.File{Path: "/etc/systemd/system/" + certificateUnit + ".service", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=the certificate of the app: obtained, and renewed in the last third of its time
After=network-online.target nginx.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
User=` + acmeUser + `
Group=` + acmeUser + `
StateDirectory=` + acmeUser + `
StateDirectoryMode=0700
RuntimeDirectory=` + acmeUser + `
RuntimeDirectoryMode=0755
ExecStart=` + acmePrograms + `/obtain
# As root, outside the sandbox: nginx is given what came.
ExecStartPost=+` + acmePrograms + `/install
TimeoutStartSec=10min
# A name that does not lead here yet, and a refusal, are looked at again.
Restart=on-failure
RestartSec=10min
UMask=0077
` + strings.Join(shell.Sandbox, "\n") + `
# For the list of the server's own addresses.
RestrictAddressFamilies=AF_NETLINK
`}
}

// certificateTimer starts the unit twice a day and after a boot.
func certificateTimer() shell.File {
	return shell.File{Path: "/etc/systemd/system/" + certificateUnit + ".timer", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=the certificate of the app is renewed in time

[Timer]
OnCalendar=*-*-* 00/12:00:00
RandomizedDelaySec=6h
OnBootSec=2min
Persistent=yes

[Install]
WantedBy=timers.target
`}
}

// serverPath is where nginx tells which server this is. Whoever asks there by a name
// learns whether the name leads to this server.
const serverPath = "/.well-known/slipway-server"

// serverIdentity is what nginx answers at serverPath. It does not give the tag away.
func serverIdentity(p plan.Plan) string {
	sum := sha256.Sum256([]byte("server " + p.Tag))
	return hex.EncodeToString(sum[:8])
}

var (
	//go:embed certificatewords.sh
	certificateWordsText string
	//go:embed obtain.sh
	obtainText string
	//go:embed install.sh
	installText string
)

// sortedNames are the app's names as a certificate's are compared with them.
func sortedNames(p plan.Plan) string {
	return strings.Join(slices.Sorted(slices.Values(p.Domains())), " ")
}

// certificateRequest is what the authority is asked for: a refusal counts for the
// same request only.
func certificateRequest(p plan.Plan) string {
	return p.Authority() + " " + sortedNames(p) + " " + p.Value(plan.KeyEmail)
}

// certificateWords are the shell functions that the look and the unit share.
func certificateWords(p plan.Plan) string {
	return shell.Script(certificateWordsText, shell.Values{"names": sortedNames(p), "authority": p.Authority(),
		"address": p.Address, "identity": serverIdentity(p), "identity_path": serverPath})
}

// ObtainProgram asks the authority for the certificate when the server needs one.
func ObtainProgram(p plan.Plan) string {
	return shell.Program(certificateWords(p), shell.Script(obtainText, shell.Values{
		"state": acmeState, "settings": acmePrograms + "/settings", "authority": p.Authority(),
		"names": sortedNames(p), "email": p.Value(plan.KeyEmail), "request": certificateRequest(p)}))
}

// InstallProgram gives nginx the certificate that was obtained. It runs as root.
func InstallProgram(p plan.Plan) string {
	return shell.Program(shell.Bounds(), shell.Script(installText, shell.Values{
		"obtained": acmeState + "/site.pem", "user": acmeUser, "certificate": certificatePath,
		"plain": siteFile(p), "secure": secureSiteFile(p), "enabled": nginxEnabled + p.ServerName()}))
}
