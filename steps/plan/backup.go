package plan

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"slipway/steps/app"
)

const (
	defaultBackupAt   = "03:30"
	defaultBackupKeep = "7 daily, 4 weekly, 6 monthly"
	// NoBackup is the value of --backup-to that turns backups off.
	NoBackup = "none"
)

// The schemes of --backup-to.
const (
	BackupS3     = "s3"
	BackupSFTP   = "sftp"
	BackupSpaces = "spaces"
	BackupLocal  = "local"
)

// BackupPlace is where backups go.
type BackupPlace struct {
	// Scheme is one of the constants above, Rest what follows its colon.
	Scheme, Rest string
}

// String is the place as --backup-to takes it.
func (b BackupPlace) String() string { return b.Scheme + ":" + b.Rest }

// Folder is the folder of this computer that backups are fetched to, for the scheme
// BackupLocal. A path that is not absolute is one of the home folder.
func (b BackupPlace) Folder() (string, error) {
	if filepath.IsAbs(b.Rest) {
		return filepath.Clean(b.Rest), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of %s: %w", b, err)
	}
	return filepath.Join(home, strings.TrimPrefix(filepath.ToSlash(b.Rest), "~/")), nil
}

// BackupTo is where backups go; false if they are off.
func (p Plan) BackupTo() (BackupPlace, bool) {
	value := p.Value(KeyBackupTo)
	scheme, rest, ok := strings.Cut(value, ":")
	if value == NoBackup || !ok {
		return BackupPlace{}, false
	}
	return BackupPlace{scheme, rest}, true
}

// KeepsData tells whether the app is known to keep data: a database, a folder or file
// beside its code, or something that its commands make before a release serves.
func (p Plan) KeepsData() bool {
	return len(p.Services()) > 0 || len(p.App.Data) > 0 || p.App.Release != "" || p.App.Init != ""
}

var (
	sftpPattern   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*@[A-Za-z0-9.-]+(:[0-9]{1,5})?:[A-Za-z0-9._/@+-]+$`)
	spacesPattern = regexp.MustCompile(`^[a-z]{3}[0-9]/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	localPattern  = regexp.MustCompile(`^[^\x00-\x1f]+$`)
	atPattern     = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

func checkBackupTo(value string) error {
	if value == NoBackup {
		return nil
	}
	scheme, rest, _ := strings.Cut(value, ":")
	switch scheme {
	case BackupS3:
		u, err := url.Parse(rest)
		if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(strings.Trim(u.Path, "/")) > 0 && u.RawQuery == "" {
			return nil
		}
		return Usagef("", "it is like s3:https://s3.example.com/bucket/path")
	case BackupSFTP:
		return matches(sftpPattern, rest, "like sftp:user@host:path")
	case BackupSpaces:
		return matches(spacesPattern, rest, "like spaces:fra1/bucket")
	case BackupLocal:
		return matches(localPattern, rest, "like local:backups/shop")
	}
	return Usagef("", "it begins with s3:, sftp:, spaces: or local:, or is %s", NoBackup)
}

// checkBackupProvider refuses a bucket of Spaces without the provider that makes it. What
// slipway.toml says is refused too: backups must not be off because nobody noticed.
func (p *Plan) checkBackupProvider() error {
	place, on := p.BackupTo()
	if !on || place.Scheme != BackupSpaces || p.Value(KeyProvider) == ProviderDigitalOcean {
		return nil
	}
	region, bucket, _ := strings.Cut(place.Rest, "/") // it was checked
	return Usagef(fmt.Sprintf("use --provider digitalocean; or make a key for the bucket yourself, and --backup-to s3:https://%s.digitaloceanspaces.com/%s/%s; or --%s %s",
		region, bucket, p.Name, KeyBackupTo, NoBackup),
		"--%s %s takes --provider digitalocean: its token makes the bucket and a key for it", KeyBackupTo, place)
}

// warnOfBackups says that an app which keeps data has no backups, and that what slipway.toml
// says of them counts for nothing where there is no server.
func (p *Plan) warnOfBackups(file app.Backup) {
	_, on := p.BackupTo()
	switch {
	case p.OnPlatform() && file.To != "" && file.To != NoBackup:
		p.warn(fmt.Sprintf("%s has backups go to %s, and Slipway makes none with --provider %s: they take a server", app.SettingsFile, file.To, p.Value(KeyProvider)))
	case !p.OnPlatform() && !on && len(p.Services())+len(p.App.Data) > 0:
		p.warn("the app keeps data, and its backups are off: --backup-to says where they go")
	}
}

func checkBackupAt(value string) error { return matches(atPattern, value, "a time of day like 03:30") }

func checkBackupHostKey(value string) error {
	key, comment, _, rest, err := ssh.ParseAuthorizedKey([]byte(value))
	if err != nil || comment != "" || len(rest) > 0 || strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) != value {
		return Usagef("", "it is like ssh-ed25519 AAAA…, as ssh-keyscan HOST prints it after the host's name")
	}
	return nil
}

func checkBackupKeep(value string) error {
	_, err := parseKeep(value)
	return err
}

// BackupKeep is how many of the last daily, weekly and monthly backups are kept, by "daily",
// "weekly" and "monthly".
func (p Plan) BackupKeep() map[string]int {
	keep, _ := parseKeep(p.Value(KeyBackupKeep)) // it was checked
	return keep
}

// mostKept is how many backups of a kind are kept at most.
const mostKept = 1000

func parseKeep(value string) (map[string]int, error) {
	wrong := Usagef("", "it is like %s", defaultBackupKeep)
	keep := map[string]int{}
	for part := range strings.SplitSeq(value, ",") {
		number, kind, _ := strings.Cut(strings.TrimSpace(part), " ")
		n, err := strconv.Atoi(number)
		if _, twice := keep[kind]; twice || err != nil || n < 0 || n > mostKept || kind != "daily" && kind != "weekly" && kind != "monthly" {
			return nil, wrong
		}
		keep[kind] = n
	}
	if keep["daily"]+keep["weekly"]+keep["monthly"] == 0 {
		return nil, wrong
	}
	return keep, nil
}
