package live

import _ "embed" // the rights

var (
	//go:embed rbac/scan.yaml
	scanRights string
	//go:embed rbac/nodes.yaml
	nodeRights string
)

// Rights is a manifest of the account that a scan needs, with a role that allows
// what is read and nothing more; nodes adds the role for [Reader].
func Rights(nodes bool) string {
	if nodes {
		return scanRights + "---\n" + nodeRights
	}
	return scanRights
}
