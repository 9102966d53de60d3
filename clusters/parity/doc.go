// Package parity compares what the two sides of a pair are made of.
//
// A rehearsal may call the runtime the cause of a difference only because
// everything else is the same. The ledger shows that: [Ledger] takes the
// properties of both sides, as package clusters/parity/live read them while the
// clusters ran, and says of each whether it is equal, the subject of the
// rehearsal, a consequence of it, or a confounder that may explain findings.
//
// This package is pure: it knows neither clusters nor files.
package parity
