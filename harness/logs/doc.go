// Package logs reads container log files as they lie on a node.
//
// A line of such a file is a message in an envelope: JSON, as Docker writes it, or
// text with a prefix, as the CRI prescribes. A [Reader] takes the lines of one
// file out of their envelopes, and lines that have none are their own message.
// [Records] then gives what the container wrote, line by line: long lines, which
// both runtimes write in parts of 16 KiB, are joined again, from one rotated file
// to the next if need be.
//
// Reading never fails on what stands in a file, and loses nothing of it: text that
// is not UTF-8, NUL bytes, a last line that was cut short. The package is pure,
// streams, and allocates next to nothing: it is to read hundreds of megabytes a
// second.
//
// Below it, package structure tells what a message is made of, package masks what
// in it is a value, and package templates which messages are of one make.
package logs
