package steps

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// DataChange is data of an earlier moment that can take the place of the live data. It is
// open: nobody else changes the deployment until the caller closes it.
type DataChange struct {
	// Name is the deployment's, What the data: "the backup 0123abcd".
	Name, What string
	// Difference is how the data of now differs; empty where it is not known.
	backup.Difference
	// To is the release that takes the traffic with the data; empty if the one that has it
	// keeps it. Serving is that one.
	To, Serving string
	// Again is the release command that has to run over the data first; empty if none has.
	Again string

	*Session
	deployment *state.Deployment
	command    string   // of the program on the server
	words      []string // of the command
}

// Close ends the connection and lets others change the deployment.
func (d *DataChange) Close() error { return errors.Join(d.Client.Close(), d.deployment.Close()) }

// openChange logs in to a deployment's server for a change of its data.
func openChange(ctx context.Context, name string, wanted providers.Ability, home state.Home, open engine.OpenProvider) (*DataChange, error) {
	deployment, err := holdSettled(home, name)
	if err != nil {
		return nil, err
	}
	s, err := OpenSession(ctx, name, wanted, home, open)
	if err != nil {
		return nil, errors.Join(err, deployment.Close())
	}
	return &DataChange{Name: name, Session: s, deployment: deployment}, nil
}

// OpenRestore finds what is to be restored, and looks at how the data of now differs from
// it. when is as ParseWhen gives it: a backup, or data that was set aside.
func OpenRestore(ctx context.Context, name, when string, home state.Home, open engine.OpenProvider) (*DataChange, error) {
	if from, err := originOf(home, name); err == nil && from.removed {
		return nil, plan.Usagef("slipway restore "+from.Name+" --as NEWNAME makes a new server with its backup", "%s was removed: it has no server", name)
	}
	d, err := openChange(ctx, name, providers.ToBackUp, home, open)
	if err != nil {
		return nil, err
	}
	find := d.findBackup
	if strings.HasPrefix(when, beforeMark) {
		find = d.findAside
	}
	if err := find(ctx, when); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// findBackup asks the repository for a backup. Its data is without what the release's own
// command did, if that ran later: then the command runs again.
func (d *DataChange) findBackup(ctx context.Context, when string) error {
	if _, on := d.plan.BackupTo(); !on {
		return plan.Usagef("deploy with --backup-to, which says where they go", "the backups of %s are off", d.Name)
	}
	var found struct {
		backup.Difference
		ID string
	}
	if err := ask(ctx, d.Client, &found, "find", when); err != nil {
		return fmt.Errorf("look for a backup of %s: %w", d.Name, err)
	}
	serving, err := d.deployed(ctx, serving)
	if err != nil {
		return err
	}
	d.Serving, d.Difference, d.What = serving.Release, found.Difference, "the backup "+found.ID
	d.command, d.words = "restore", []string{found.ID}
	if script := release.AgainScript(serving); script != "" && !slices.Contains(found.Ran, serving.Release) {
		d.Again = serving.App.Release
		d.words = append(d.words, "--first", "--", "/bin/sh", "-euc", script)
	}
	return nil
}

// findAside looks for data that was set aside. The release that had it takes the traffic
// with it.
func (d *DataChange) findAside(ctx context.Context, when string) error {
	var answer struct {
		Aside map[string]struct{ Time, From string }
	}
	if err := ask(ctx, d.Client, &answer, "aside"); err != nil {
		return err
	}
	kept, err := d.Releases(ctx)
	if err != nil {
		return err
	}
	stamp := strings.TrimPrefix(when, beforeMark)
	found, ok := answer.Aside[stamp]
	if !ok {
		var have []string
		for stamp := range answer.Aside {
			have = append(have, beforeMark+stamp)
		}
		slices.Sort(have)
		next := "nothing is set aside; it is kept until the next release"
		if len(have) > 0 {
			next = "there is " + strings.Join(have, ", ")
		}
		return plan.Usagef(next, "no data was set aside as %s", when)
	}
	d.What, d.Time = "the data that was replaced", found.Time
	d.command, d.words = "back", []string{stamp}
	for _, k := range kept {
		if k.Current {
			d.Serving = k.Name
		}
	}
	isFrom := func(k release.Kept) bool { return k.Name == found.From && !k.Current }
	if slices.ContainsFunc(kept, isFrom) {
		d.switchTo(found.From)
	}
	return nil
}

// switchTo has another release take the traffic with the data.
func (d *DataChange) switchTo(to string) {
	d.To = to
	d.words = append(d.words, "--release", to, "--", "/bin/sh", "-euc", release.SwitchScript(layout.Of(d.plan.ServerName()), to))
}

// OpenRollback finds the data that goes with an earlier release: the copy from before the
// first release command after it. to is as for Rollback.
func OpenRollback(ctx context.Context, name, to string, home state.Home, open engine.OpenProvider) (*DataChange, error) {
	d, err := openChange(ctx, name, providers.ToGoBack, home, open)
	if err != nil {
		return nil, err
	}
	if err := d.findCopy(ctx, to); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DataChange) findCopy(ctx context.Context, to string) error {
	kept, history, err := d.history(ctx)
	if err != nil {
		return err
	}
	if to, err = release.Choose(kept, to); err != nil {
		return err
	}
	copied := ""
	for _, k := range kept {
		if k.Current {
			d.Serving = k.Name
		}
		if k.Name != to {
			continue
		}
		if copied, err = history.Copy(k); err != nil {
			return err
		}
	}
	folder := layout.Of(d.plan.ServerName()).Snapshot(copied)
	if err := ask(ctx, d.Client, &d.Difference, "counts", folder); err != nil {
		return fmt.Errorf("compare the data of %s: %w", d.Name, err)
	}
	d.What = "the data from before the release command of " + copied
	d.command, d.words = "swap", []string{folder}
	d.switchTo(to)
	return nil
}

// history lists the kept releases, the newest first, and what happened to the data.
func (s *Session) history(ctx context.Context) ([]release.Kept, backup.History, error) {
	l := layout.Of(s.plan.ServerName())
	seen, err := s.Client.Look(ctx, shell.Lines(shell.Section("kept", release.LookKept(l)), shell.Section("history", backup.LookHistory(l))))
	if err != nil {
		return nil, nil, err
	}
	return release.ParseKept(seen["kept"]), backup.ParseHistory(seen["history"]), nil
}

// ask has the program on the server answer a question.
func ask(ctx context.Context, client *remote.Client, into any, command string, words ...string) error {
	printed, err := client.Output(ctx, backup.Call(command, words...)+" || :")
	if err != nil {
		return err
	}
	var reader backup.Reader
	reader.Read(printed)
	return reader.Answer(into)
}

// Do has the data take the place of the live data, and the release the traffic: both, or
// neither. It goes on if slipway ends. What the server does is reported.
func (d *DataChange) Do(ctx context.Context, report func(line string)) (backup.Replaced, error) {
	var reader backup.Reader
	l := layout.Of(d.plan.ServerName())
	job := remote.Job{Name: "apply", Script: backup.Call(d.command, d.words...), Look: shell.Section("health", shell.Command("cat", l.Health(d.To)))}
	looked, err := d.Client.Run(ctx, job, reader.Passing(report))
	if err = reader.Failure(err); err != nil {
		return backup.Replaced{}, fmt.Errorf("bring back %s: %w", d.What, err)
	}
	var replaced backup.Replaced
	if err := reader.Answer(&replaced); err != nil {
		return backup.Replaced{}, err
	}
	if d.To != "" {
		err = d.deployment.Update(func(r *state.Record) { rolledBack(r, d.To, looked["health"]) })
	}
	return replaced, err
}

// PutBack is the command that puts back what was replaced.
func (d *DataChange) PutBack(replaced backup.Replaced) string {
	return shell.Command("slipway", "restore", d.Name, beforeMark+replaced.Before)
}

var (
	stampPattern = regexp.MustCompile(`^before-[0-9]{8}t[0-9]{6}$`)
	backupID     = regexp.MustCompile(`^[0-9a-f]{4,64}$`)
)

const (
	// LatestBackup is the last backup that there is.
	LatestBackup = "latest"
	// beforeMark begins the name of data that was set aside.
	beforeMark = "before-"
)

// ParseWhen reads which data is to be restored: "latest" or nothing; the ID of a backup; a
// time, which means the last backup at that time or before, a day its end; or "before-" and
// a stamp. Times without a zone are those of this computer.
func ParseWhen(text string, zone *time.Location) (string, error) {
	switch {
	case text == "" || text == LatestBackup:
		return LatestBackup, nil
	case stampPattern.MatchString(text), backupID.MatchString(text):
		return text, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Second).UTC().Format(time.RFC3339), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", time.DateTime} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC().Format(time.RFC3339), nil
		}
	}
	return "", plan.Usagef("slipway backup list shows the backups; write an ID, latest, or a time like 2026-01-31 or '2026-01-31 14:30'", "%q names no backup", text)
}
