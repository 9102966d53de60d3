// Package identity is a placeholder.
package identity

// Register adds nothing yet.
func Register() {}
