package docker

import (
	"context"
	"strings"

	"github.com/moby/moby/client"

	"slipway/providers"
)

// Data lists the volumes of the app and of its databases that hold something.
func (p *Provider) Data(ctx context.Context, spec providers.Spec) ([]providers.Datum, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	volumes, err := d.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours(spec)})
	if err != nil {
		return nil, d.failed("list the engine's volumes", err)
	}
	var names []string
	for _, v := range volumes.Items {
		if isData(spec, v.Name) {
			names = append(names, v.Name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	sizes, err := d.volumeSizes(ctx)
	if err != nil {
		return nil, err
	}
	var all []providers.Datum
	for _, name := range names {
		size, known := sizes[name]
		if known && size == 0 {
			continue
		}
		datum := providers.Datum{What: volumeDetail(spec, name) + " in the volume " + name, Bytes: size}
		if !known {
			datum.Detail = "of unknown size"
		}
		all = append(all, datum)
	}
	return all, nil
}

// isData tells whether a volume of the deployment has data of the app's or of a database.
func isData(spec providers.Spec, name string) bool {
	return strings.HasPrefix(name, spec.Tag+"-data-") || strings.HasPrefix(name, spec.Tag+"-service-")
}

// volumeSizes are the bytes of the files in all volumes of the engine, by name. One that
// the engine can't measure is left out.
func (d deployment) volumeSizes(ctx context.Context) (map[string]int64, error) {
	used, err := d.api.DiskUsage(ctx, client.DiskUsageOptions{Volumes: true, Verbose: true})
	if err != nil {
		return nil, d.failed("ask how much is in the engine's volumes", err)
	}
	sizes := map[string]int64{}
	for _, v := range used.Volumes.Items {
		if v.UsageData != nil && v.UsageData.Size >= 0 {
			sizes[v.Name] = v.UsageData.Size
		}
	}
	return sizes, nil
}
