// Package dashboards judges the queries of Grafana dashboards over both
// recordings of a rehearsal: which panels show on the candidate what they showed
// on the baseline, and which are empty after the move.
//
// [Load] reads dashboards in Grafana's JSON, with the line of every query: panels
// in rows of either kind, and the queries of template variables. What cannot be
// judged is said: a library panel, whose queries are not in the file, and a
// schema that is not read are a [Problem]; a panel of another kind of data source
// is a [Skipped] one.
//
// [Judge] puts values in the place of variables, those of both sides together, so
// that one expression is evaluated on both.
package dashboards
