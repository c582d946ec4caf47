package steps

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/backup"
	"slipway/steps/backup/repository"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// backupKey is the file, in a deployment's folder, with the password of its backups.
const backupKey = "backup.key"

// longestKey is more bytes than that file has.
const longestKey = 200

// Backups makes and shows the backups of a deployment. The caller closes it.
type Backups struct {
	*Session
	name string
	home state.Home
}

// OpenBackups logs in to a deployment's server to make backups or to show them. A name that
// is not known, and one whose backups are off, is a *providers.Usage. The key of the backups
// is put into the deployment's folder if it is not there yet.
func OpenBackups(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (*Backups, error) {
	s, err := OpenSession(ctx, name, providers.ToBackUp, home, open)
	if err != nil {
		return nil, err
	}
	b := &Backups{Session: s, name: name, home: home}
	if _, on := s.plan.BackupTo(); !on {
		return nil, errors.Join(plan.Usagef("deploy with --backup-to, which says where they go", "the backups of %s are off", name), b.Close())
	}
	if _, err := b.Key(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close ends the connection.
func (b *Backups) Close() error { return b.Client.Close() }

// Saved is a backup that was just made or proven.
type Saved struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	// Bytes is how much data it holds; a drill does not tell.
	Bytes int64 `json:"bytes,omitempty"`
	backup.Counted
	// Warnings say what vanished since the one before, or fell by half.
	Warnings []string `json:"warnings,omitempty"`
}

// Now makes a backup. It goes on if slipway ends, and whoever asks for one meanwhile follows
// it. anew has a repository that is gone be made anew. What the server does is reported.
func (b *Backups) Now(ctx context.Context, anew bool, report func(line string)) (Saved, error) {
	var words []string
	if anew {
		words = append(words, "--begin-anew")
	}
	var saved Saved
	err := b.call(ctx, "backup", words, report, &saved)
	return saved, err
}

// Drill restores a backup beside the live data and compares it: the last one, or that whose
// ID begins so.
func (b *Backups) Drill(ctx context.Context, id string, report func(line string)) (Saved, error) {
	var words []string
	if id != "" {
		words = append(words, id)
	}
	var proven Saved
	err := b.call(ctx, "drill", words, report, &proven)
	return proven, err
}

// call has the program on the server run a command as a job. It fails as the program says.
func (b *Backups) call(ctx context.Context, command string, words []string, report func(line string), into any) error {
	var reader backup.Reader
	job := remote.Job{Name: "backup-" + command, Script: backup.Call(command, words...), Look: shell.Section(command, ":")}
	_, err := b.Client.Run(ctx, job, reader.Passing(report))
	if err = reader.Failure(err); err != nil {
		return fmt.Errorf("%s of %s: %w", command, b.name, err)
	}
	return reader.Answer(into)
}

// Backup is a backup in the repository.
type Backup struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Bytes   int64     `json:"bytes"`
	Release string    `json:"release,omitempty"`
	// Drilled is when it was last restored and compared; nil if it never was.
	Drilled *time.Time `json:"drilled"`
}

// List asks the repository which backups there are, the oldest first.
func (b *Backups) List(ctx context.Context) ([]Backup, error) {
	printed, err := b.Client.Output(ctx, backup.Call("backups")+" || :")
	if err != nil {
		return nil, err
	}
	var all []Backup
	for line := range strings.Lines(printed) {
		var reader backup.Reader
		if _, ok := reader.Line(line); ok {
			continue
		}
		var answer struct {
			Backup *Backup
			Listed bool
		}
		if err := reader.Answer(&answer); err != nil {
			return nil, fmt.Errorf("list the backups of %s: %w", b.name, err)
		}
		if answer.Listed {
			return all, nil
		}
		if answer.Backup != nil {
			all = append(all, *answer.Backup)
		}
	}
	return nil, errors.New("the list of backups ended before its end")
}

// Key is the password of the deployment's repository. Without it nobody can read a backup,
// so it is kept in the deployment's folder too.
func (b *Backups) Key(ctx context.Context) (string, error) {
	if key := readBackupKey(b.home, b.name); key != "" {
		return key, nil
	}
	key, err := readKeyOfServer(ctx, b.Client)
	if err != nil || key == "" {
		return "", err
	}
	d, err := hold(b.home, b.name)
	if err != nil {
		return key, nil //nolint:nilerr // another run holds the record: it keeps the key, or the next one does
	}
	return key, errors.Join(d.WriteSecret(backupKey, []byte(key+"\n")), d.Close())
}

// LoginKey is the public key with which the server logs in where backups go by SSH; empty if
// it has none.
func (b *Backups) LoginKey(ctx context.Context) (string, error) {
	printed, err := b.Client.Output(ctx, `cat `+layout.BackupIdentity+`.pub 2>/dev/null || :`)
	return strings.TrimSpace(printed), err
}

// BackupKey is the password of a deployment's repository, from its folder: the server need
// not be there. It is empty if the folder has none.
func BackupKey(name string, home state.Home) (string, error) {
	if _, err := read(home, name); err != nil {
		return "", err
	}
	return readBackupKey(home, name), nil
}

func readBackupKey(home state.Home, name string) string {
	return readKey(filepath.Join(home.Folder(name), backupKey))
}

// isBackupKey tells a key that a server made: 32 bytes in base64.
func isBackupKey(text string) bool {
	raw, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(raw) == 32
}

func readKeyOfServer(ctx context.Context, client *remote.Client) (string, error) {
	printed, err := client.Output(ctx, `head -c 200 `+layout.BackupKey+` 2>/dev/null || :`)
	if err != nil {
		return "", err
	}
	if key := strings.TrimSpace(printed); isBackupKey(key) {
		return key, nil
	}
	return "", nil
}

// keepBackupKey puts the key of the run's backups, which the server made, into the
// deployment's folder, and says so. It does nothing once it is there.
func keepBackupKey(ctx context.Context, run *engine.Run, home state.Home, open engine.OpenProvider) error {
	p := run.Plan
	if _, on := p.BackupTo(); !on || readBackupKey(home, p.Name) != "" {
		return nil
	}
	s, err := OpenSession(ctx, p.Name, providers.ToBackUp, home, open)
	if err != nil {
		return err
	}
	defer s.Client.Close()
	key, err := readKeyOfServer(ctx, s.Client)
	if err != nil || key == "" {
		return err
	}
	run.Note("without their key nobody can read the backups: slipway backup key " + p.Name + " prints it; keep it where this computer and the server are not")
	return run.Deployment().WriteSecret(backupKey, []byte(key+"\n"))
}

// BackupCondition is how the backups of a deployment are, as its server says; nil where
// there is no server.
func BackupCondition(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (*backup.Condition, error) {
	platform, err := OpenPlatform(name, home, open)
	if err != nil || platform != nil {
		return nil, err
	}
	s, err := OpenSession(ctx, name, providers.ToBackUp, home, open)
	if err != nil {
		return nil, err
	}
	defer s.Client.Close()
	printed, err := s.Client.Output(ctx, backup.LookState)
	if err != nil {
		return nil, err
	}
	return judgeBackups(s.plan, printed), nil
}

// judgeBackups tells how backups are by what backup.LookState printed.
func judgeBackups(p plan.Plan, looked string) *backup.Condition {
	to, on := p.BackupTo()
	if !on {
		return &backup.Condition{To: plan.NoBackup}
	}
	known, err := backup.ReadState(looked)
	if err != nil {
		return &backup.Condition{To: to.String(), Trouble: []string{"what the server knows of its backups can't be read: " + err.Error()}, Next: "slipway backup now " + p.Name}
	}
	c := known.Judge(p.Name, to.String(), time.Now())
	if dir, err := to.Folder(); err == nil && to.Scheme == plan.BackupLocal {
		c.JudgeCopy(p.Name, repository.Last(dir), time.Now())
	}
	return &c
}
