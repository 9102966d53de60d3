# Installs what a node needs of Debian and keeps its services from starting: the
# same set as kind's own image, less the clients of networked storage.
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
	systemd conntrack iptables nftables iproute2 ethtool util-linux mount kmod \
	libseccomp2 pigz e2fsprogs bash ca-certificates curl jq procps socat runc
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/* /usr/share/doc/* /usr/share/man/*

# A container has no devices to settle, no boot messages and no other targets.
units=/lib/systemd/system
find "$units/sysinit.target.wants" -name systemd-tmpfiles-setup.service -delete
rm -f /etc/systemd/system/*.wants/* \
	"$units"/multi-user.target.wants/* "$units"/local-fs.target.wants/* "$units"/basic.target.wants/* \
	"$units"/sockets.target.wants/*udev* "$units"/sockets.target.wants/*initctl*
echo ReadKMsg=no >>/etc/systemd/journald.conf
ln -sf /usr/lib/systemd/systemd /sbin/init
# It would register formats for the whole kernel, not for this container alone.
systemctl mask systemd-binfmt.service
