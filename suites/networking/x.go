// Package networking is a placeholder.
package networking

// Register adds nothing yet.
func Register() {}
