package probe

import "golang.org/x/sys/unix"

// calls are the system calls that are looked at, by number, and where their path
// or address is among their arguments.
func calls() []call {
	return []call{
		{unix.SYS_CONNECT, Connect, 1},
		{unix.SYS_EXECVE, Exec, 0},
		{unix.SYS_EXECVEAT, Exec, 1},
		{unix.SYS_OPENAT, OpenFile, 1},
		{unix.SYS_OPENAT2, OpenFile, 1},
	}
}

// arguments are where struct pt_regs holds the arguments of a system call.
var arguments = [3]int32{0, 8, 16} // regs[0] to regs[2]
