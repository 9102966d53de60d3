// Package images is a placeholder.
package images

// Register adds nothing yet.
func Register() {}
