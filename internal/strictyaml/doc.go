// Package strictyaml reads YAML files that people write: it refuses what it does not
// know, goes on after a mistake, and reports every mistake of a file at once, each
// with its line, its path, and a way to mend it where one is known.
package strictyaml
