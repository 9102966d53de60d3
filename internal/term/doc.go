// Package term shows people what is being done.
//
// [New] gives a [Progress], whose Observe method is a progress.Observer. On a
// capable terminal the running steps stand at the bottom, each with its time,
// and a step that is through leaves one line behind; everywhere else each event
// is a line of its own, and steps that take long are named from time to time, so
// that a log never falls silent.
package term
