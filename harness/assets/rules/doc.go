// Package rules replays a user's Prometheus rules over both recordings of a
// rehearsal and says which alerts died, which are new and which never proved
// anything.
//
//  1. [Load] reads rule files and PrometheusRule objects, and knows the line of
//     every rule and of every part of its expression. A broken file is a
//     [Problem]; all others are judged all the same.
//  2. [Judge] evaluates every rule on both sides at the same moments, with
//     Prometheus' own engine and alerts. What recording rules give is there for
//     the rules that read it.
//  3. What differs is traced by package queries to the part of an expression that
//     lost its series, through the recording rules in between.
//
// A recording lasts minutes, so what a rule waits for is shortened: see
// queries.Options. Every [Judgement] lists what was.
package rules
