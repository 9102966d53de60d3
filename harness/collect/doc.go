// Package collect records what a cluster shows, one [Collector] per kind of
// evidence.
//
// A collector looks at a [Source] and writes to a record.Writer. What it cannot
// look at becomes a gap of the recording and never stops the rest; an error
// means that the recording itself could not be written. [All] lists the
// collectors in the order in which they have to run: what has to be redacted is
// learned before anything is written.
//
// Nothing is judged or normalised here. Whatever differs from run to run (names,
// addresses, times) is recorded as it is, beside record.Names, which says what
// it stands for.
package collect
