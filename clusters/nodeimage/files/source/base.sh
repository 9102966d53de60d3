# Finishes a node built from source as kind's own build finishes its nodes.
chmod 755 /kind /kind/bin
mkdir -p /etc/kubernetes/manifests /opt/cni/bin /etc/cni/net.d
systemctl enable kubelet.service containerd.service undo-mount-hacks.service
ctr oci spec | jq 'del(.process.rlimits)' >/etc/containerd/cri-base.json
sed -i "s|sandbox_image = .*|sandbox_image = \"$PAUSE\"|" /etc/containerd/config.toml
