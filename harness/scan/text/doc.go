// Package text reads files without losing the place of anything in them.
//
// A [Text] is a piece of a file that can tell of each of its characters where in
// the file it stands, however deep it is nested: the line of a script in a block
// of a ConfigMap in a list. [YAML], [JSON] and [TOML] read a text into one kind
// of tree, so that whoever looks at settings need not care how they are written;
// [Directives] reads the line formats of systemd, Fluent Bit and their like, and
// [Tokens] the languages with braces.
//
// Nothing here knows what is looked for, and no input makes it panic.
package text
