// Package harness is the rehearsal itself.
//
// A [Rehearsal] goes through an ordered list of stages on a pair of clusters,
// both sides side by side, and leaves a run folder behind:
//
//  1. create: both clusters, all or nothing
//  2. images: the scenario's images, into the store each side's kubelet reads
//  3. apply: the workloads and agents, until they are ready
//  4. stimuli: what is done to both sides so that alerts and searches have a reason
//  5. suites: the scenario's suites, one process per suite and side
//  6. observe: until the workloads have run for as long as the scenario says
//  7. collect: everything observable, into one recording per side
//  8. tear down
//
// [Judge] then reads the run folder and nothing else, so judging and reporting
// can be done again without any cluster.
//
// A stage that fails ends the rehearsal, but not before what there is has been
// collected and the pair is gone: half a recording says more than none.
package harness
