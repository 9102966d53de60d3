package harness

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/harness/record/series"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// RehearsalFile says what a run folder holds.
const RehearsalFile = "rehearsal.json"

// AssetsDir holds the user's assets as they were, below the paths that the
// scenario has for them.
const AssetsDir = "assets"

const (
	latest = "latest"
	// maxPairName leaves room in a host name (63 bytes) for the side and what
	// kind appends.
	maxPairName = 34
)

// Folder is the run folder of one rehearsal.
type Folder struct {
	Path string
	// Rehearsal is what rehearsal.json says.
	Rehearsal Record
}

// Record is rehearsal.json: all of a rehearsal that is not a recording.
type Record struct {
	FormatVersion int                 `json:"formatVersion"`
	Tool          string              `json:"tool"` // version of the program that wrote it
	Scenario      *scenarios.Scenario `json:"scenario"`
	ScenarioHash  string              `json:"scenarioHash"`
	// Pair is the name that both clusters' names start with.
	Pair string `json:"pair"`
	Null bool   `json:"null,omitempty"`
	// Repeat is how many runs were asked for, and Runs how many came to their end.
	Repeat  int       `json:"repeat,omitempty"`
	Runs    int       `json:"runs,omitempty"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	Stages  []Stage   `json:"stages"`
	// Error ended the rehearsal; empty for one that was completed.
	Error string `json:"error,omitempty"`
}

// Stage is one stage that was gone through.
type Stage struct {
	Name    string        `json:"name"`
	Run     int           `json:"run,omitempty"` // from 1; none for a warm-up
	Elapsed time.Duration `json:"elapsed"`
	Error   string        `json:"error,omitempty"`
}

// CreateFolder makes the run folder <scenario>-<time> in parent, points
// parent's `latest` at it, and names the pair.
func CreateFolder(parent string, record Record) (*Folder, error) {
	name := record.Scenario.Metadata.Name
	suffix := make([]byte, 2)
	if _, err := rand.Read(suffix); err != nil {
		return nil, fmt.Errorf("naming the pair: %w", err)
	}
	record.FormatVersion = 1
	record.Pair = pairName(name, hex.EncodeToString(suffix))
	f := &Folder{Path: filepath.Join(parent, name+"-"+record.Started.UTC().Format("20060102-150405")), Rehearsal: record}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("creating run folder: %w", err)
	}
	if _, err := os.Stat(f.Path); err == nil {
		f.Path += "-" + hex.EncodeToString(suffix)
	}
	for _, side := range clusters.Sides() {
		if err := os.MkdirAll(f.clusterDir(side), 0o700); err != nil {
			return nil, fmt.Errorf("creating run folder: %w", err)
		}
	}
	if err := errors.Join(f.copyAssets(record.Scenario), f.keepExpectations()); err != nil {
		return nil, fmt.Errorf("creating run folder: %w", err)
	}
	return f, errors.Join(f.save(), pointLatest(parent, filepath.Base(f.Path)))
}

// keepExpectations copies the scenario's expectations, so that judging needs
// nothing but the folder.
func (f *Folder) keepExpectations() error {
	content, err := f.Rehearsal.Scenario.Recorded()
	if err != nil || content == nil {
		return err
	}
	return f.Write(scenarios.ExpectationsFile, content)
}

// copyAssets keeps what judging reads of the scenario's folder.
func (f *Folder) copyAssets(s *scenarios.Scenario) error {
	files, err := s.AssetFiles()
	if err != nil {
		return err
	}
	for _, name := range files {
		raw, err := os.ReadFile(s.Path(name))
		if err != nil {
			return fmt.Errorf("copying asset %q: %w", name, err)
		}
		to := filepath.Join(f.Path, AssetsDir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// OpenFolder reads the run folder at path.
func OpenFolder(path string) (*Folder, error) {
	f := &Folder{Path: path}
	raw, err := os.ReadFile(filepath.Join(path, RehearsalFile))
	if err != nil {
		return nil, fmt.Errorf("opening run folder: %w", err)
	}
	if err := json.Unmarshal(raw, &f.Rehearsal); err != nil {
		return nil, fmt.Errorf("opening run folder: %s: %w", RehearsalFile, err)
	}
	if v := f.Rehearsal.FormatVersion; v != 1 {
		return nil, fmt.Errorf("opening run folder: %s: format version %d: this program reads 1", RehearsalFile, v)
	}
	return f, nil
}

// FS is the run folder to read from.
func (f *Folder) FS() fs.FS { return series.DirFS(f.Path) }

// ClusterNames are the names of both clusters, baseline first.
func (f *Folder) ClusterNames() [2]string {
	var names [2]string
	for i, side := range clusters.Sides() {
		names[i] = f.Rehearsal.Pair + "-" + string(side)
	}
	return names
}

func pairName(scenario, suffix string) string {
	name := "rehearse-" + scenario
	if room := maxPairName - len(suffix) - 1; len(name) > room {
		name = strings.TrimRight(name[:room], "-")
	}
	return name + "-" + suffix
}

func pointLatest(parent, name string) error {
	link := filepath.Join(parent, latest)
	next := link + "-" + name
	if err := os.Symlink(name, next); err != nil {
		return fmt.Errorf("pointing %s at the run: %w", latest, err)
	}
	if err := os.Rename(next, link); err != nil {
		return errors.Join(fmt.Errorf("pointing %s at the run: %w", latest, err), os.Remove(next))
	}
	return nil
}

func (f *Folder) clusterDir(side clusters.Side) string {
	return filepath.Join(f.Path, "clusters", string(side))
}

// createRecording begins the recording of one run of one side.
func (f *Folder) createRecording(meta record.Meta) (*record.Writer, error) {
	dir := filepath.Join(f.Path, prefix(meta.Side, meta.Run))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating recording: %w", err)
	}
	return record.Create(dir, meta)
}

// finish writes how a run ended.
func (f *Folder) finish(p *performance, failure error) error {
	f.Rehearsal.Ended = p.Now()
	f.Rehearsal.Stages = append(f.Rehearsal.Stages, p.stages...)
	f.Rehearsal.Error = text(failure)
	if failure == nil {
		f.Rehearsal.Runs = p.run
	}
	return f.save()
}

func (f *Folder) save() error {
	raw, err := json.MarshalIndent(f.Rehearsal, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", RehearsalFile, err)
	}
	return f.Write(RehearsalFile, append(raw, '\n'))
}

// Write replaces a file of the run folder as a whole: a reader sees the old
// bytes or the new ones.
func (f *Folder) Write(name string, content []byte) error {
	path := filepath.Join(f.Path, name)
	next := path + ".new"
	if err := os.WriteFile(next, content, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", name, errors.Join(err, os.Remove(next)))
	}
	return os.Rename(next, path)
}

func prefix(side clusters.Side, run int) string {
	return fmt.Sprintf("%s/%d", side, run)
}
