// Package compare judges recordings: what differs, what caused it, whom it
// breaks.
//
// [Compare] takes the recordings of both sides and gives one [Comparison]:
//
//  1. Every [Comparer] reads one kind of evidence on both sides and says what
//     agrees, what differs and what could not be looked at. Most of them gather
//     facts (an aspect of a subject, and the values seen) from each recording,
//     masked by package normalise, and compare the facts.
//  2. With several runs per side, package noise tells what differs because of the
//     sides from what differs from run to run, and amounts are judged as well.
//  3. Findings are explained by package catalogue, and those with one cause, or
//     one appearance, are folded into one with all their subjects and assets.
//  4. Findings are ranked by what they do to the user's assets, everything is
//     counted, and the verdict is reached.
//
// Everything that was compared is a [Check]; a check that differs names its
// [Finding]; what could not be looked at is a [Gap] and never reads as equal.
//
// The package is pure. It knows neither clusters nor clocks nor the network and
// reads nothing but recordings, so the same recordings give the same comparison
// again. It renders nothing.
//
// # Noise
//
// Several runs measure it: see [Noise]. One run cannot, and yet two rehearsals of
// the same thing differ in a thousand ways that mean nothing.
// Instead of a list of exceptions, comparers follow a few principles. What only
// one run knows is masked. Where a snapshot catches one state of several, only
// what both sides show is compared. Once is chance, twice is behaviour: a single
// restart or warning is not compared. What a healthy workload went through on
// its way is not compared. A counter that never counted on one side says
// something only if it counted often on the other. And the namespaces of the
// suites are left out: what they show is in their results.
package compare
