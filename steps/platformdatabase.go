package steps

import (
	"context"
	"fmt"
	"io"

	"slipway/providers"
)

// Database is the kind of a database beside the app; of no kind, the only one. It is a
// *providers.Usage if there is none, or several.
func (d *OnPlatform) Database(ctx context.Context, kind string) (string, error) {
	_, kind, err := d.keeper(ctx, kind)
	return kind, err
}

func (d *OnPlatform) keeper(ctx context.Context, kind string) (providers.DatabaseKeeper, string, error) {
	lister, err := providers.Can[providers.DatabaseLister](d.platform, providers.ToOpenDatabase)
	if err != nil {
		return nil, "", err
	}
	kinds, err := lister.Databases(ctx, d.spec) // where they are opened otherwise, this says how
	if err != nil {
		return nil, "", err
	}
	if kind, err = chooseDatabase(d.spec.Name, kinds, kind); err != nil {
		return nil, "", err
	}
	keeper, err := providers.Can[providers.DatabaseKeeper](d.platform, providers.ToOpenDatabase)
	return keeper, kind, err
}

// OpenDatabase runs the own client of a database, and returns its exit status.
func (d *OnPlatform) OpenDatabase(ctx context.Context, kind string, command providers.Command) (int, error) {
	keeper, kind, err := d.keeper(ctx, kind)
	if err != nil {
		return 0, err
	}
	return keeper.OpenDatabase(ctx, d.spec, kind, command)
}

// DumpDatabase writes a dump of a database. After an error, what was written is no whole
// dump.
func (d *OnPlatform) DumpDatabase(ctx context.Context, kind string, out io.Writer) error {
	keeper, kind, err := d.keeper(ctx, kind)
	if err != nil {
		return err
	}
	if err := keeper.DumpDatabase(ctx, d.spec, kind, out); err != nil {
		return fmt.Errorf("dump %s of %s, what was printed is no whole dump: %w", kind, d.spec.Name, err)
	}
	return nil
}

// LoadDatabase replaces the data of a database by a dump.
func (d *OnPlatform) LoadDatabase(ctx context.Context, kind string, in io.Reader, report func(line string)) error {
	keeper, kind, err := d.keeper(ctx, kind)
	if err != nil {
		return err
	}
	if err := keeper.LoadDatabase(ctx, d.spec, kind, in, report); err != nil {
		return fmt.Errorf("load %s of %s: %w", kind, d.spec.Name, err)
	}
	return nil
}
