package translate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// PlanFile is the plan as text, beside the files.
const PlanFile = "plan.txt"

// Write writes the files and the plan into a folder, which is made and has to be
// empty: a hosts.toml of an earlier translation would still be read.
func (p *Plan) Write(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the translation: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("writing the translation: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if err := empty(root); err != nil {
		return fmt.Errorf("writing the translation into %q: %w", dir, err)
	}
	var text strings.Builder
	if err := p.WriteText(&text); err != nil {
		return err
	}
	for _, f := range append([]File{{Path: PlanFile, Mode: public, Content: []byte(text.String())}}, p.Files...) {
		if err := write(root, f); err != nil {
			return fmt.Errorf("writing the translation: %w", err)
		}
	}
	return nil
}

// ErrNotEmpty says that there is something where a translation is to be written.
var ErrNotEmpty = errors.New("the folder is not empty")

func empty(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err == nil && len(entries) > 0 {
		err = ErrNotEmpty
	}
	return err
}

func write(root *os.Root, f File) error {
	if err := root.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
		return err
	}
	return root.WriteFile(f.Path, f.Content, f.Mode)
}
