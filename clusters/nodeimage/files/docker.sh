# Turns a containerd node into a Docker one. containerd has been asked for its
# images; they are in /kind/rehearse/images.tar by now.
if ! grep -q "VERSION_CODENAME=$DEBIAN" /etc/os-release; then
	echo "the base is not Debian $DEBIAN, whose Docker Engine the adapter needs" >&2
	exit 1
fi
pause="$(sed -n 's/.*sandbox_image = "\(.*\)"/\1/p' /etc/containerd/config.toml)"

# Docker Engine starts a containerd of its own, at an address of its own. There
# must be no other: `kind load` and every `ctr images import` would fill a store
# that kubelet never looks into, and report success.
systemctl disable containerd.service
rm -rf /etc/containerd /var/lib/containerd /etc/systemd/system/containerd.service \
	/usr/local/bin/containerd* /usr/local/bin/ctr

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends docker.io docker-cli
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/* /usr/share/doc/* /usr/share/man/* /etc/containerd
systemctl mask containerd.service

sed -i "s|@pause@|$pause|" /etc/systemd/system/cri-docker.service /etc/default/kubelet
systemctl enable docker.socket docker.service
if [[ -x /usr/local/bin/cri-dockerd ]]; then
	systemctl enable cri-docker.socket cri-docker.service
	printf '%s-endpoint: unix:///run/cri-dockerd.sock\n' runtime image >/etc/crictl.yaml
else # dockershim is part of kubelet, and speaks a version of CRI that crictl no longer does
	rm /etc/systemd/system/cri-docker.* /etc/crictl.yaml
fi
