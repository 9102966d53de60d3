// Package masks replaces values in log messages by what kind of value they are,
// so that messages of one make become equal: "took 12ms from 10.0.0.7" becomes
// "took <duration> from <ip>".
//
// What counts as a value is decided by shape alone, the same for every log:
// numbers with their unit, hexadecimal digits, identifiers in which letters and
// digits mix, UUIDs, addresses, times. Names that only a run knows are the
// business of package normalise, and come before.
//
// Masks that stand beside each other, with nothing or one joiner in between, are
// one: 10.0.0.1-10.0.0.9 is an <ip>, a list 1,2,3 a <num>, and what has several
// kinds an <id>. Text that is masked already stays as it is.
package masks
