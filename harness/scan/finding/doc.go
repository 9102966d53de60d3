// Package finding is what a scan says: the rules that it knows, the findings, the
// gaps that it leaves, and the report that holds all of them.
//
// It is data alone. Package detect makes findings, package scan gathers them from
// files, and package reports renders them.
package finding
