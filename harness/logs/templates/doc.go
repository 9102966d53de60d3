// Package templates finds out which log messages are of one make: "took <duration>
// from <ip>" for all that differ in nothing but the values.
//
// A [Miner] takes the messages of several groups, such as the runs of both sides,
// and counts each by what is left of it when its values are masked. Millions of
// lines become some thousands in this way, each with the first places where it
// stands. [Miner.Mine] then looks at all of them at once:
//
//  1. Each is cut into words, and what looks like a value although it has no digit
//     becomes one: quoted words, paths, names of hosts and classes, empty brackets.
//  2. Lines of as many words, and of one level, that differ in one word only are a
//     family. The word is a value if one of the family has a mask there, or names
//     with numbers; or if at least four words stand there, with three words about
//     them that all share. The first word of a line is what the line is about, a
//     word in capitals is a code, and participles and booleans are what is said:
//     none of them is a value, however many there are.
//  3. A family becomes one line with a value in that place, and may now belong to
//     another family, until nothing changes.
//
// What comes out depends on the set of lines alone: not on their order, not on how
// often each is said, not on which side said it. There is nothing to set per
// source. Memory grows with what is different, not with how much there is.
//
// This is no copy of a published method. It shares with Brain that it works on all
// lines at once and decides by how many words share a place, and differs in asking
// for the same context around them.
package templates
