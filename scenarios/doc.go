// Package scenarios holds the Scenario file: what to put on a pair of clusters,
// what to do to it, and which of the user's assets to judge.
//
// [Load] reads a file strictly and reports every mistake at once, each with its
// path and line. Package scenarios/apply puts a scenario's workloads on a
// cluster; scenarios/library holds the scenarios that ship with the program.
//
// Relative paths in a scenario file are relative to that file.
package scenarios
