// Package reports renders one comparison: as a page for people, as text for a
// terminal, as Markdown for a CI summary, and as JSON, JUnit and SARIF for
// programs.
//
// A [Format] is a pure function of a comparison: it knows no clock, no files
// and no network, so the same comparison gives the same bytes again.
// [Outputs] lists all formats with their names and the files that a run folder
// keeps them in. No format changes the comparison, and none trusts it:
// whatever a cluster wrote into it comes out escaped, and as valid UTF-8.
package reports
