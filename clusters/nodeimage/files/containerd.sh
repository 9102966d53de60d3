# The runtime is there already, and is adjusted where the two sides of a pair
# would differ for no reason of their runtimes.
config=/etc/containerd/config.toml

# kind has every container started through a hook that hides the host's product
# name. It has no counterpart in Docker, costs time, and leaves files behind.
jq 'del(.hooks.createContainer)' /etc/containerd/cri-base.json >/tmp/base.json
mv /tmp/base.json /etc/containerd/cri-base.json

grep -q certs.d "$config" || cat >>"$config" <<TOML

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/etc/containerd/certs.d"
TOML
if [[ -n $CONFINED ]]; then
	sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' "$config"
fi
