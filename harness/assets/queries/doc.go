// Package queries judges PromQL: what an expression shows on both sides of a
// rehearsal, and where it died when one side shows less.
//
// [NewPair] takes the recorded series of both sides. Its sides evaluate an
// [Expr] over the whole window with Prometheus' own engine and say how far it got
// ([Level]). [Judge] turns two outcomes into a [Verdict]; [Pair.Losses] walks the
// expression's tree, as Prometheus' own parser built it, down to the selector,
// matcher, join or threshold at which one side goes silent, and offers a rewrite
// that has been evaluated on both sides first.
//
// The package knows neither rule files nor dashboards, and nothing of Docker:
// what people write for one runtime and have to write otherwise for another is
// data, in rewrites.yaml.
package queries
