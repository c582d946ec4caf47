package answers

import (
	"strings"

	"slipway/steps/plan"
)

// The variables with the credentials of a bucket.
const (
	BucketKey    = "AWS_ACCESS_KEY_ID"
	BucketSecret = "AWS_SECRET_ACCESS_KEY" //nolint:gosec // it is the name of a variable
)

// BackupPlace is a kind of place for backups.
type BackupPlace struct {
	// Scheme is what --backup-to begins with, or plan.NoBackup.
	Scheme string
	// About says what it is, Like how the rest is written, and Title what people call it.
	Title, About, Like string
}

// BackupPlaces are the places for the backups of a deployment with this provider, the
// first of which is none. There are none at all where the provider takes no backups.
func BackupPlaces(provider string) []BackupPlace {
	setting, _ := plan.SettingOf(plan.KeyBackupTo)
	if !setting.TakenBy(provider) {
		return nil
	}
	places := []BackupPlace{
		{Scheme: plan.NoBackup, Title: "nowhere", About: "there are no backups"},
		{plan.BackupS3, "s3", "a bucket of S3 or of a service that speaks as it does", "https://s3.example.com/bucket/path"},
		{plan.BackupSFTP, "sftp", "a computer that takes SSH; the server gets a key of its own for it", "user@host:path"},
		{plan.BackupLocal, "local", "a folder of this computer, to which backups are fetched", "backups/shop"},
	}
	if provider == DigitalOcean {
		places = append(places, BackupPlace{plan.BackupSpaces, "spaces", "a bucket of DigitalOcean, made for this and priced in the plan", "fra1/bucket"})
	}
	return places
}

// CheckBackup refuses what can't be a place for backups: a scheme, and what follows its
// colon.
func CheckBackup(scheme, rest string) error {
	setting, _ := plan.SettingOf(plan.KeyBackupTo)
	return setting.Check(backupTo(scheme, rest))
}

func backupTo(scheme, rest string) string {
	if scheme == plan.NoBackup {
		return scheme
	}
	return scheme + ":" + rest
}

// BackupTo is where backups go by what was said, or by the plan: a scheme, and what follows
// its colon.
func BackupTo(a Answers, p plan.Plan) (scheme, rest string) {
	value, said := a.Settings[plan.KeyBackupTo]
	if !said {
		value = p.Value(plan.KeyBackupTo)
	}
	scheme, rest, _ = strings.Cut(value, ":")
	if scheme == "" {
		scheme = plan.NoBackup
	}
	return scheme, rest
}

// Backups is where backups go, in a few words.
func Backups(a Answers, p plan.Plan) string {
	scheme, rest := BackupTo(a, p)
	if scheme == plan.NoBackup {
		return "off"
	}
	return backupTo(scheme, rest)
}

// SayBackups takes over where backups go. Nowhere is an answer where they went somewhere
// before.
func (a *Answers) SayBackups(scheme, rest string, p plan.Plan) {
	if scheme == plan.NoBackup && p.Value(plan.KeyBackupTo) == "" {
		delete(a.Settings, plan.KeyBackupTo)
		return
	}
	a.Settings[plan.KeyBackupTo] = backupTo(scheme, rest)
}

// AsksForBackups tells whether nobody has said where backups go of an app that keeps data.
func AsksForBackups(a Answers, p plan.Plan) bool {
	_, said := a.Settings[plan.KeyBackupTo]
	setting, _ := plan.SettingOf(plan.KeyBackupTo)
	return !said && p.Value(plan.KeyBackupTo) == "" && p.KeepsData() && setting.TakenBy(p.Value(plan.KeyProvider))
}

// NeedsBucketKey tells whether the credentials of a bucket must be typed: they are not in
// the environment, and no server has them yet.
func NeedsBucketKey(a Answers, p plan.Plan, scheme string) bool {
	return scheme == plan.BackupS3 && p.Tag == "" && (a.Getenv(BucketKey) == "" || a.Getenv(BucketSecret) == "")
}

// SetBucketKey takes over the credentials of the bucket. They stand in for the variables of
// the environment, and are never stored here.
func (a *Answers) SetBucketKey(id, secret string) {
	a.bucketKey = map[string]string{BucketKey: id, BucketSecret: secret}
}
