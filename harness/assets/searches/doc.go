// Package searches reads the user's log searches and log parsers, and evaluates them
// on log lines.
//
// [Load] reads files of its own format (see [File]) and those of the usual tools: Loki
// rulers, ElastAlert 2, Sigma, node-problem-detector, and the parser settings of log
// agents. What it does not understand it refuses, with file and line. A [Search] says
// whether it matches a [Line]; a [Tally] gathers what it found on one side. A [Parser]
// says whether it can read a raw line.
//
// The package knows nothing of sides, and judges nothing: that is package compare's.
package searches
