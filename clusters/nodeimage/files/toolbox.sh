# Leaves Debian's static busybox in /busybox and lists its applets, of which it is
# one itself: a link of that name would replace the program.
{
	cd /tmp
	apt-get update -qq
	apt-get download -qq busybox-static
	dpkg-deb --extract busybox-static_*.deb unpacked
	mv "$(find unpacked -path '*/bin/busybox')" /busybox
} >&2
/busybox --list | grep -vx busybox
