package probe

import (
	"fmt"

	"github.com/cilium/ebpf/btf"
)

// kernel is where this host's kernel keeps what the programs read: offsets in
// bytes.
type kernel struct {
	parent, tgid, comm    int32 // of task_struct
	proxy, mounts, number int32 // task_struct.nsproxy, nsproxy.mnt_ns, mnt_namespace.ns.inum
	node, id              int32 // cgroup.kn, kernfs_node.id
	root, hierarchy       int32 // cgroup.root, cgroup_root.hierarchy_id
	failure               int32 // sock.sk_err
	memory, first, last   int32 // task_struct.mm, mm_struct.arg_start, mm_struct.arg_end

	// Of the hierarchy of one controller, on hosts with cgroup v1 alone:
	// task_struct.cgroups, css_set.subsys[controller], cgroup_subsys_state.cgroup.
	sets, state, group int32
}

// lookUp reads the kernel's own description of its types.
func lookUp(controller string) (kernel, error) {
	spec, err := btf.LoadKernelSpec()
	if err != nil {
		return kernel{}, fmt.Errorf("reading the kernel's type information: %w", err)
	}
	l := &layouts{spec: spec}
	k := kernel{
		parent: l.offset("task_struct", "real_parent"), tgid: l.offset("task_struct", "tgid"), comm: l.offset("task_struct", "comm"),
		proxy: l.offset("task_struct", "nsproxy"), mounts: l.offset("nsproxy", "mnt_ns"),
		number: l.offset("mnt_namespace", "ns") + l.offset("ns_common", "inum"),
		node:   l.offset("cgroup", "kn"), id: l.offset("kernfs_node", "id"),
		root: l.offset("cgroup", "root"), hierarchy: l.offset("cgroup_root", "hierarchy_id"),
		failure: l.offset("sock", "sk_err"),
		memory:  l.offset("task_struct", "mm"), first: l.offset("mm_struct", "arg_start"), last: l.offset("mm_struct", "arg_end"),
		sets: l.offset("task_struct", "cgroups"), group: l.offset("cgroup_subsys_state", "cgroup"),
	}
	if controller != "" {
		k.state = l.offset("css_set", "subsys") + 8*l.number("cgroup_subsys_id", controller+"_cgrp_id")
	}
	return k, l.err
}

// layouts looks fields up, and keeps the first error.
type layouts struct {
	spec *btf.Spec
	err  error
}

func (l *layouts) offset(structure, field string) int32 {
	var s *btf.Struct
	if err := l.spec.TypeByName(structure, &s); err != nil {
		l.fail("looking for struct %s: %w", structure, err)
		return 0
	}
	at, ok := find(s.Members, field)
	if !ok {
		l.fail("struct %s has no field %s", structure, field)
	}
	return at
}

// find looks into members without a name as well, as C does.
func find(members []btf.Member, field string) (int32, bool) {
	for _, m := range members {
		at := int32(m.Offset.Bytes())
		if m.Name == field {
			return at, true
		}
		if m.Name != "" {
			continue
		}
		var inside []btf.Member
		switch t := btf.UnderlyingType(m.Type).(type) {
		case *btf.Struct:
			inside = t.Members
		case *btf.Union:
			inside = t.Members
		}
		if deeper, ok := find(inside, field); ok {
			return at + deeper, true
		}
	}
	return 0, false
}

func (l *layouts) number(enum, name string) int32 {
	var e *btf.Enum
	if err := l.spec.TypeByName(enum, &e); err != nil {
		l.fail("looking for enum %s: %w", enum, err)
		return 0
	}
	for _, v := range e.Values {
		if v.Name == name {
			return int32(v.Value)
		}
	}
	l.fail("enum %s has no %s", enum, name)
	return 0
}

func (l *layouts) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}
