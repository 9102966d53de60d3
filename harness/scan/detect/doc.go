// Package detect finds what reaches for Docker in one file or one object.
//
// [File] takes a file's name and content: it tells the format, reads it with a
// parser for that format and looks at what the parser says, never at the bytes. A
// comment, a text that is printed, a label, or a name that merely looks alike is no
// finding. What is nested is followed: the script in a ConfigMap, the daemon.json
// that a cloud-init file writes, the manifest that a script pipes into kubectl.
//
// [Object] takes a Kubernetes object that somebody has decoded already, such as one
// from a live cluster, and looks at it in the same way.
//
// Where something runs decides how much it weighs, see [Setting]: `docker build` in
// a pod breaks with the migration, on the machine of a CI service it does not.
//
// The package reads no files and speaks to nobody.
package detect
