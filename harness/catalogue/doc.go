// Package catalogue is the list of known differences between Docker and
// containerd: what changes, why, whom it hits and what to do.
//
// Entries are data, in the YAML files beside this one. [Load] reads them
// strictly. [Catalogue.Explain] finds the entry that accounts for a
// [Difference]; it speaks of the Docker and the containerd value, not of
// baseline and candidate, so it explains a move in either direction.
//
// Each entry says how it is known. What was observed is proven by a recording
// that is kept with the code: package compare's tests judge it again.
//
// An entry's ID never changes and is never given to another difference.
package catalogue
