package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rehearse-dev/rehearse/internal/strictyaml"
)

// Problem is one mistake in a file.
type Problem = strictyaml.Problem

// InvalidError says that a file cannot be used, and everything that is wrong with
// it.
type InvalidError = strictyaml.InvalidError

// FileName of a scenario in its folder.
const FileName = "scenario.yaml"

// maxFileBytes is far more than any scenario needs; what is larger is something
// else, given by mistake.
const maxFileBytes = 1 << 20

// Load reads a scenario file, or the file named [FileName] in a folder, fills
// in the defaults and checks everything that can be checked without a cluster.
// Mistakes in the file come as one [*InvalidError] that lists them all.
func Load(path string) (*Scenario, error) {
	file, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("reading scenario: %w", err)
	}
	data, err := readFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading scenario: %w", err)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("reading scenario %q: %w", file, err)
	}
	s := &Scenario{Dir: dir}
	err = strictly("scenario", file, data, s, func(c checker) {
		s.SetDefaults()
		validator{c, s}.all()
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// strictly decodes what a file should be, and checks it. All mistakes come as one
// [*InvalidError].
func strictly(what, file string, data []byte, into any, check func(checker)) error {
	found := strictyaml.New(what, file)
	if strictyaml.Decode(data, into, found) {
		check(checker{found, slices.Clone(found.List)})
	}
	return found.Err()
}

func locate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return path, nil
	}
	file := filepath.Join(path, FileName)
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("folder %q has no %s", path, FileName)
	} else if err != nil {
		return "", err
	}
	return file, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("%q has %d bytes, more than the %d that such a file may have", path, info.Size(), maxFileBytes)
	}
	return os.ReadFile(path)
}
