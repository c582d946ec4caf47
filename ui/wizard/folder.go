package wizard

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/ui/answers"
)

// folder asks for the path of an app's folder.
type folder struct {
	form
	looking bool
}

// folderLooked is the answers for the folder that was typed, or why it can't be
// deployed.
type folderLooked struct {
	next answers.Answers
	err  error
}

func newFolder(w *wizard) *folder {
	f := &folder{}
	value := ""
	if w.answers.Sample == "" && w.answers.Folder != "." {
		value = w.answers.Folder
	}
	f.add("folder", "Folder", value, "the folder with the app's source; ~ is your home. Tab completes.", nil)
	f.focus("folder")
	return f
}

func (f *folder) title() string { return "Start" }

func (f *folder) shown(*wizard) tea.Cmd { f.looking = false; return nil }

func (f *folder) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case folderLooked:
		f.looking = false
		if m.err != nil {
			f.here().err = m.err.Error()
			return nil
		}
		w.answers = m.next
		return w.push(&where{})
	case tea.KeyMsg:
		return f.pressed(w, m)
	}
	return nil
}

func (f *folder) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch k.Type {
	case tea.KeyEsc:
		return w.back()
	case tea.KeyTab:
		f.complete()
	case tea.KeyEnter:
		return f.submit(w)
	default:
		f.here().err = ""
		f.key(k)
	}
	return nil
}

// submit looks for an app in the folder.
func (f *folder) submit(w *wizard) tea.Cmd {
	path := expanded(f.value("folder"), w.options.Asked.Getenv("HOME"))
	if path == "" || f.looking {
		f.here().err = "type the path of a folder"
		return nil
	}
	f.looking = true
	next, home := w.answers.Clone(), w.options.Home
	next.Choose(path, "")
	return w.async(f, func(ctx context.Context) tea.Msg {
		_, err := next.Plan(ctx, home)
		return folderLooked{next, err}
	})
}

// expanded is a path with ~ replaced and without the quotes of a paste.
func expanded(path, home string) string {
	if len(path) > 1 && (path[0] == '\'' || path[0] == '"') && path[len(path)-1] == path[0] {
		path = path[1 : len(path)-1]
	}
	if path == "~" || strings.HasPrefix(path, "~/") {
		return filepath.Join(home, strings.TrimPrefix(path, "~"))
	}
	return path
}

// complete adds the letters that all matching folders have in common.
func (f *folder) complete() {
	path := f.value("folder")
	dir, begin := filepath.Split(path)
	at := dir
	if at == "" {
		at = "."
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		return
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), begin) && (begin != "" || !strings.HasPrefix(e.Name(), ".")) {
			names = append(names, e.Name())
		}
	}
	if common := commonPrefix(names); common != "" {
		if len(names) == 1 {
			common += string(filepath.Separator)
		}
		f.here().input.SetValue(dir + common)
		f.here().input.CursorEnd()
	}
}

func commonPrefix(names []string) string {
	if len(names) == 0 {
		return ""
	}
	common := names[0]
	for _, name := range names[1:] {
		for !strings.HasPrefix(name, common) {
			common = common[:len(common)-1]
		}
	}
	return strings.ToValidUTF8(common, "")
}

func (f *folder) view(w *wizard, width, height int) string {
	return w.look.strong.Render("Which folder?") + "\n\n" + f.form.view(w, width, height-2)
}

func (f *folder) keys(*wizard) []key {
	return []key{{"Enter", "go on"}, {"Tab", "complete"}, {"Esc", "back"}}
}
