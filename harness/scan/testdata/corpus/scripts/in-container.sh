#!/bin/sh
if [ -f /.dockerenv ]; then echo inside; fi
grep -q docker /proc/1/cgroup && echo inside
grep -q kubepods /proc/1/cgroup && echo inside
