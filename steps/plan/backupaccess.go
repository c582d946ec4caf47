package plan

import (
	"errors"
	"net"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// backupVariables are those of this computer's environment that the server needs to reach
// a bucket. The last two are not needed everywhere.
var backupVariables = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"}

// BackupEndpoint is the variable with the address of the server of Spaces, which a
// simulated cloud has elsewhere.
const BackupEndpoint = "SLIPWAY_SPACES_ENDPOINT"

// longestCredential is how many bytes a credential has at most.
const longestCredential = 4 << 10

// readBackup reads from this computer what the server needs to reach the place of the
// backups.
func (p *Plan) readBackup(getenv func(string) string) error {
	place, on := p.BackupTo()
	switch {
	case on && place.Scheme == BackupS3:
		return p.readBackupVariables(getenv)
	case on && place.Scheme == BackupSFTP:
		return p.readBackupHostKeys(place, getenv)
	}
	return nil
}

func (p *Plan) readBackupVariables(getenv func(string) string) error {
	given := map[string]string{}
	for _, name := range backupVariables {
		value := getenv(name)
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || len(value) > longestCredential {
			return Usagef("a credential is one line of ASCII", "%s can't be used", name)
		}
		if value != "" {
			given[name] = value
		}
	}
	return p.GiveBackupVariables(given)
}

// GiveBackupVariables has the server get these credentials. None is right too: then those
// that it has count. A key without its secret is a *providers.Usage.
func (p *Plan) GiveBackupVariables(given map[string]string) error {
	id, secret := given[backupVariables[0]], given[backupVariables[1]]
	if id == "" && secret == "" {
		return nil
	}
	if id == "" || secret == "" {
		return Usagef("set both, or neither if the server has them", "of %s and %s only one is set", backupVariables[0], backupVariables[1])
	}
	p.BackupEnv = given
	return nil
}

// SSHHost is the host of a place that is reached by SSH, as known_hosts names it: "host",
// or "[host]:port".
func (b BackupPlace) SSHHost() string {
	_, after, _ := strings.Cut(b.Rest, "@")
	host, rest, _ := strings.Cut(after, ":")
	if port, _, found := strings.Cut(rest, ":"); found {
		return knownhosts.Normalize(host + ":" + port)
	}
	return host
}

// readBackupHostKeys takes the host keys of the backups' SSH server from --backup-host-key,
// or else from this computer's known_hosts.
func (p *Plan) readBackupHostKeys(place BackupPlace, getenv func(string) string) error {
	host := place.SSHHost()
	if given := p.Value(KeyBackupHostKey); given != "" {
		p.BackupHostKeys = []string{host + " " + given}
		return nil
	}
	check, err := knownhosts.New(filepath.Join(getenv("HOME"), ".ssh", "known_hosts"))
	if err != nil {
		return nil //nolint:nilerr // no file, or one that ssh can't read either: the server says that it knows no host key
	}
	address := strings.NewReplacer("[", "", "]", "").Replace(host)
	if address == host {
		address = net.JoinHostPort(host, "22")
	}
	mismatch, ok := errors.AsType[*knownhosts.KeyError](check(address, &net.TCPAddr{IP: net.IPv4zero}, nobodysKey{}))
	if !ok {
		return nil
	}
	for _, want := range mismatch.Want {
		p.BackupHostKeys = append(p.BackupHostKeys, host+" "+strings.TrimSpace(string(ssh.MarshalAuthorizedKey(want.Key))))
	}
	return nil
}

// nobodysKey is a key that no server has. Checking it makes known_hosts list the keys that
// it expects instead.
type nobodysKey struct{}

func (nobodysKey) Type() string                        { return ssh.KeyAlgoED25519 }
func (nobodysKey) Marshal() []byte                     { return nil }
func (nobodysKey) Verify([]byte, *ssh.Signature) error { return errors.New("it is nobody's") }
