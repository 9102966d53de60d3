package scenarios

import _ "embed" // for the schema

//go:generate go test -run TestGenerated -update .

//go:embed schema.json
var schema []byte

// Schema is the JSON schema of a scenario file, for editors. It knows the form;
// [Load] knows more, such as which files exist.
func Schema() []byte { return schema }
