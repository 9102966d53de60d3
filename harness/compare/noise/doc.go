// Package noise tells what differs because of the sides from what differs from
// one run to the next.
//
// A rehearsal can be repeated: n runs of each side, each on a fresh pair of
// clusters. The run is the unit of replication: samples inside one run say
// nothing of the next, and are never taken for independent. Three lanes judge
// what the runs showed:
//
//   - presence, for what is there or not ([Sighting]): a difference is what all
//     runs of one side showed and no run of the other.
//   - amounts, for how much of something there was ([Counts], [Levels]): a
//     moderated t-test over the runs, and the procedure of Benjamini and Hochberg
//     over everything that was tested.
//   - outcomes, for what works or does not ([Outcome]): the counts of both sides
//     and Fisher's exact test, never corrected away.
//
// How much of what a lane finds is noise, decoys tell ([Decoys]): the same
// runs, divided so that both groups hold runs of both sides. Nothing can differ
// between such groups because of the sides, so whatever the lane finds there is
// what it finds by chance.
//
// The package is pure: numbers in, numbers out.
package noise
