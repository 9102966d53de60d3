// Package compare judges two recordings: what differs, what caused it, whom it
// breaks.
//
// [Compare] runs one comparer per kind of evidence. A comparer is a pure
// function of the recordings; nothing here knows clusters, clocks or the
// network, so the same recordings give the same bytes again. Everything that
// was compared is a [Check]; a check that differs is a [Finding]; what could
// not be looked at is a gap and never reads as equal.
package compare
