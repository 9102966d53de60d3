package searches

import _ "embed" // for the schema

//go:generate go test -run TestGenerated -update .

//go:embed schema.json
var schema []byte

// Schema is the JSON schema of a file of our own format, for editors. It knows the
// form; [Load] knows more, such as what an expression has to be.
func Schema() []byte { return schema }
