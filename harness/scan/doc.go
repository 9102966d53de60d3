// Package scan searches files for whatever reaches for Docker.
//
// A [Scanner] walks paths and gives each file to package detect, which knows the
// formats. What has to be put together first it puts together itself: a chart is
// rendered with its values and a kustomization is built, and each finding is then
// traced back to the line that somebody would change. Comments that suppress a
// finding are honoured where they give a reason.
//
// A scan runs nothing and asks nobody: no cluster, no registry, no other machine.
// What it cannot read it lists as a gap, and a gap never reads as clean.
package scan
