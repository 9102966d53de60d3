// Package assets says what an asset is: something that the user has built on top of
// a cluster's behaviour, and that a migration can break without a word.
//
// Its subpackages read assets of one kind each from the user's own files, and never
// guess: what they do not understand is a [Refusal], which whoever judges has to say
// aloud.
package assets

import "fmt"

// The kinds of assets that are read from files.
const (
	// LogSearch is a search over log lines that somebody runs or is alerted by.
	LogSearch = "log search"
	// LogParser is what a log agent is set to take container log lines for.
	LogParser = "log parser"
)

// Asset is one thing of the user's, and where they wrote it.
type Asset struct {
	Kind string // such as log search
	Name string
	File string // relative to the scenario's folder
	Line int    // from 1
}

// String names the asset as findings do.
func (a Asset) String() string { return a.Kind + " " + a.Name }

// Place is where the asset stands, as editors write it.
func (a Asset) Place() string { return fmt.Sprintf("%s:%d", a.File, a.Line) }

// Refusal is an asset that cannot be judged, and why. Nothing is known of it, so it
// is never fine.
type Refusal struct {
	Asset
	Reason string
}
