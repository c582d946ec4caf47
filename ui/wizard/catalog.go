package wizard

import (
	"cmp"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// regions asks for a region of a provider that rents.
type regions struct {
	picker
	provider string
}

func newRegions(w *wizard, provider string) *regions {
	r := &regions{provider: provider}
	sold := w.catalogs[provider]
	at := cmp.Or(w.answers.Settings[plan.KeyRegion], w.plan.Value(plan.KeyRegion), sold.Region)
	r.set(regionItems(w.look, sold), at)
	return r
}

// regionItems are the regions, each with the price of the cheapest.
func regionItems(l *look, sold answers.Catalog) []item {
	var items []item
	for _, region := range sold.Regions {
		it := item{id: region.ID, title: l.padded(region.ID, 8) + l.padded(region.Name, 20), why: region.Why}
		if region.Why == "" {
			it.title += "from " + providers.AMonth(region.From)
		}
		items = append(items, it)
	}
	return items
}

func (r *regions) title() string { return "Where" }

func (r *regions) shown(*wizard) tea.Cmd { return nil }

func (r *regions) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok || r.key(k):
		return nil
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		it, ok := r.chosen()
		if !ok || it.why != "" {
			return nil
		}
		if w.answers.Settings[plan.KeyRegion] != it.id {
			delete(w.answers.Settings, plan.KeySize) // it may not be sold there
		}
		w.answers.Settings[plan.KeyRegion] = it.id
		if answers.AsksForInstances(r.provider) {
			return w.push(newInstances(w, r.provider, it.id))
		}
		return w.push(newSizes(w, r.provider, it.id))
	}
	return nil
}

func (r *regions) view(w *wizard, width, height int) string {
	return w.look.strong.Render("Which region?") + " " + w.look.faint.Render("close to the people who use the app") + "\n\n" +
		r.picker.view(w, width, height-2)
}

func (r *regions) keys(*wizard) []key { return listKeys }

func (r *regions) typing() bool { return r.narrow }

var listKeys = []key{{"Enter", "choose"}, {"up/down", "move"}, {"/", "filter"}, {"Esc", "back"}, {"?", "help"}}

// sizes asks for the size of the droplet, of the dynos or of the instances.
type sizes struct {
	picker
	provider, region string
}

func newSizes(w *wizard, provider, region string) *sizes {
	s := &sizes{provider: provider, region: region}
	sold := w.catalogs[provider]
	instances := answers.Instances(w.answers, w.plan)
	at := cmp.Or(w.answers.Settings[plan.KeySize], w.plan.Value(plan.KeySize), sold.Sensible(region, instances))
	s.set(sizeItems(w.look, sold, region, instances), at)
	s.toFree()
	return s
}

// sizeItems are the sizes with price and memory, and whether they are sold out.
func sizeItems(l *look, sold answers.Catalog, region, instances string) []item {
	var items []item
	for _, size := range sold.Sizes {
		title := l.padded(size.ID, 24) + fmt.Sprintf("%9s a month  %7s", fmt.Sprintf("$%.2f", size.Monthly), memory(size.MemoryMB))
		if size.VCPUs > 0 {
			title += fmt.Sprintf("  %2d CPU", size.VCPUs)
		}
		if size.DiskGB > 0 {
			title += fmt.Sprintf("  %4d GB disk", size.DiskGB)
		}
		items = append(items, item{id: size.ID, title: title, why: size.Why(region, instances)})
	}
	return items
}

func memory(megabytes int) string {
	if megabytes%1024 == 0 {
		return fmt.Sprintf("%d GB", megabytes/1024)
	}
	return fmt.Sprintf("%d MB", megabytes)
}

func (s *sizes) title() string { return "Where" }

func (s *sizes) shown(*wizard) tea.Cmd { return nil }

func (s *sizes) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok || s.key(k):
		return nil
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		it, ok := s.chosen()
		if !ok || it.why != "" {
			return nil
		}
		w.answers.Settings[plan.KeySize] = it.id
		return w.push(newHow(w))
	}
	return nil
}

func (s *sizes) view(w *wizard, width, height int) string {
	account, _ := answers.AccountOf(s.provider)
	about := fmt.Sprintf("Prices are %s's own, for %s.", account.Title, s.region)
	if answers.AsksForInstances(s.provider) {
		about = fmt.Sprintf("Prices are %s's own, for each instance.", account.Title)
	}
	return w.look.strong.Render("Which size?") + " " + w.look.faint.Render(about) + "\n\n" + s.picker.view(w, width, height-2)
}

func (s *sizes) keys(*wizard) []key { return listKeys }

func (s *sizes) typing() bool { return s.narrow }
