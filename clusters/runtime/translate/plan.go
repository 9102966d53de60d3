package translate

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Plan is what becomes of a node's configuration.
type Plan struct {
	// Items are the settings, by name.
	Items []Item `json:"items"`
	// Unsaid is what Docker does without being told, as far as nothing in the
	// configuration speaks of it.
	Unsaid []Default `json:"unsaid"`
	// Files are the files to write, by path.
	Files []File `json:"files"`
}

// Fate is what becomes of a setting.
type Fate string

// The fates of a setting.
const (
	// Carried over, into the files that the item names.
	Carried Fate = "carried"
	// Lost, because it has no counterpart: the item says what it meant.
	Lost Fate = "lost"
	// Unneeded, because nothing is missed without it.
	Unneeded Fate = "unneeded"
)

// Item is one setting of the node and what becomes of it.
type Item struct {
	// Setting is an option of dockerd, or of its unit.
	Setting string `json:"setting"`
	// Value is the setting's, without passwords.
	Value string `json:"value,omitempty"`
	From  string `json:"from,omitempty"` // file:line, or file and option
	Fate  Fate   `json:"fate"`
	// To are the files that hold it now.
	To []string `json:"to,omitempty"`
	// Meaning says what is different now, or what to do.
	Meaning string `json:"meaning,omitempty"`
}

// Default is something that Docker does without being told.
type Default struct {
	// About is the option that would say otherwise, or a word for what has none.
	About string `json:"about"`
	// Docker and Containerd say what each does.
	Docker     string `json:"docker"`
	Containerd string `json:"containerd"`
}

// File is one file of the translation.
type File struct {
	// Path is relative to where the translation is written.
	Path string `json:"path"`
	// Place is where the file belongs on a node.
	Place   string      `json:"place"`
	Mode    fs.FileMode `json:"-"`
	Content []byte      `json:"-"`
}

// The modes of files: keys and passwords are root's alone.
const (
	public fs.FileMode = 0o644
	secret fs.FileMode = 0o600
)

// The places of files on a node, by the first folder of their path.
var places = map[string]string{
	certsDir:     "/etc/containerd/",
	"containerd": "/etc/containerd/conf.d/",
	"kubelet":    "/etc/kubernetes/kubelet.conf.d/",
	"systemd":    "/etc/systemd/system/",
}

// translation is a plan in the making.
type translation struct {
	settings
	items    []Item
	files    []File
	ranges   []Item // of insecure registries
	mistakes []error

	containerd, kubelet tree
	// unit are the options of containerd's drop-in, by name, in the end each once.
	unit map[string][]string
	// private is set when the drop-in holds a password.
	private bool
}

func newTranslation(s settings) *translation {
	return &translation{settings: s, containerd: tree{}, kubelet: tree{}, unit: map[string][]string{}}
}

// plan goes through all settings.
func (t *translation) plan() (*Plan, error) {
	if err := t.registries(); err != nil {
		return nil, err
	}
	for _, s := range t.sorted() {
		if s.become != nil {
			s.become(t, s)
		}
	}
	t.serviceOptions()
	unsaid := t.unsaid()
	if err := t.configurations(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(t.items, func(a, b Item) int { return cmp.Compare(a.Setting, b.Setting) })
	slices.SortFunc(t.files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return &Plan{Items: t.items, Unsaid: unsaid, Files: t.files}, nil
}

// add notes what becomes of a setting.
func (t *translation) add(s setting, fate Fate, meaning string, to ...string) {
	t.items = append(t.items, Item{Setting: s.name, Value: shown(s.value), From: s.from, Fate: fate, To: to, Meaning: meaning})
}

// wrong notes a mistake that only translating finds.
func (t *translation) wrong(s setting, format string, args ...any) {
	t.mistakes = append(t.mistakes, fmt.Errorf("  %s: %s: %w", s.from, s.name, fmt.Errorf(format, args...)))
}

func (t *translation) file(path string, content []byte, mode fs.FileMode) {
	folder, rest, _ := strings.Cut(path, "/")
	if folder == certsDir {
		rest = path
	}
	t.files = append(t.files, File{Path: path, Place: places[folder] + rest, Mode: mode, Content: content})
}

// shown is a value for people: text as it is, anything else as JSON.
func shown(value any) string {
	if t, ok := value.(string); ok {
		return t
	}
	return compact(value)
}

// tree is a configuration of nested tables.
type tree map[string]any

// set puts a value at the end of a path, and makes the tables on the way.
func (t tree) set(value any, path ...string) {
	for _, name := range path[:len(path)-1] {
		next, ok := t[name].(tree)
		if !ok {
			next = tree{}
			t[name] = next
		}
		t = next
	}
	t[path[len(path)-1]] = value
}
