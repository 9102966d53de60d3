// Package apply puts a scenario's workloads and agents on a cluster and waits
// until they are ready.
//
// [Render] turns manifests, kustomizations and Helm charts into one ordered
// list of objects, without any cluster. An [Applier] renders a scenario once and
// then applies the same objects to every cluster it is given, by server-side
// apply under the field manager "rehearse". Namespaces come first, then custom
// resource definitions, then the rest in Helm's order of kinds.
//
// A chart is rendered with Helm as a library and applied like everything else:
// there is no release record on the cluster. Its pre-install hooks are applied
// before the rest and its post-install hooks after it, as ordinary objects that
// stay and are not waited for in between; hooks of other kinds, tests among
// them, are left out, and so is what only a live cluster could answer, such as
// the template function lookup.
//
// Every object bears an [Annotation] that names the scenario. Nothing that was
// there before is changed or deleted: an object of the same name without that
// annotation is an error, but for namespaces and custom resource definitions,
// which are used as they are.
package apply
