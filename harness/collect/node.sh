# Prints what the node is made of, one fact per line: its kind, then its fields,
# separated by tabs. The arguments are the units to look for.
fact() { (IFS=$'\t'; printf '%s\n' "$*"); }

for unit in "$@"; do
  systemctl show --property=LoadState,ActiveState,SubState "$unit" |
    awk -F = -v OFS='\t' -v unit="$unit" '{v[$1] = $2} END {print "unit", unit, v["LoadState"], v["ActiveState"], v["SubState"]}'
done

ss --no-header --listening --tcp --unix --numeric | awk -v OFS='\t' '{print "socket", ($1 ~ /^u_/ ? "unix:" : "tcp:") $5}'

for dir in /proc/[0-9]*; do
  args=$(tr '\0\t\n' '   ' <"$dir/cmdline") || continue
  parent=$(awk '/^PPid:/ {print $2}' "$dir/status") || continue
  name=$(cat "$dir/comm") || continue
  pod=no
  grep -q kubepods "$dir/cgroup" && pod=yes
  fact process "${dir#/proc/}" "$parent" "$pod" "$name" "$args"
done 2>/dev/null # processes that end meanwhile

awk -v OFS='\t' '{print "mount", $3, $2}' /proc/self/mounts

for path in \
  /run/docker.sock /var/run/docker.sock /run/cri-dockerd.sock /run/containerd/containerd.sock \
  /var/run/dockershim.sock /run/docker /run/docker/containerd/containerd.sock /run/containerd \
  /var/lib/docker /var/lib/docker/containers /var/lib/docker/overlay2 /var/lib/containerd /var/lib/dockershim \
  /var/lib/cri-dockerd /var/lib/kubelet /var/log/containers /var/log/pods \
  /etc/docker /etc/docker/daemon.json /etc/docker/certs.d /etc/containerd /etc/containerd/config.toml \
  /etc/containerd/certs.d /etc/crictl.yaml /etc/cni/net.d /opt/cni/bin /var/lib/kubelet/config.json /root/.docker/config.json; do
  # The path of a mounted socket that is not there becomes an empty directory.
  if [ -L "$path" ]; then fact file "$path" link "$(readlink "$path")"
  elif [ -S "$path" ]; then fact file "$path" socket ""
  elif [ -d "$path" ]; then fact file "$path" directory "$(find "$path" -mindepth 1 -maxdepth 1 | wc -l)"
  elif [ -e "$path" ]; then fact file "$path" file ""
  else fact file "$path" absent ""
  fi
done

for name in net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.all.disable_ipv6 \
  net.bridge.bridge-nf-call-iptables net.ipv4.conf.all.route_localnet net.ipv4.conf.all.rp_filter \
  net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.netfilter.nf_conntrack_max \
  vm.overcommit_memory vm.panic_on_oom vm.max_map_count kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys \
  kernel.pid_max fs.file-max fs.inotify.max_user_instances fs.inotify.max_user_watches; do
  value=$(sysctl --values "$name" 2>/dev/null) && fact sysctl "$name" "${value//$'\t'/ }"
done

runtime=$(pidof -s dockerd || pidof -s containerd) &&
  sed -n '2,$s/\(.\{26\}\)\(.\{21\}\)\(.\{21\}\).*/\1\t\2\t\3/p' "/proc/$runtime/limits" | sed 's/^/limit\t/; s/ *\(\t\|$\)/\1/g'

for save in iptables-nft-save iptables-legacy-save ip6tables-nft-save ip6tables-legacy-save; do
  "$save" 2>/dev/null
done | awk '/^\*/ {table = substr($1, 2)} /^:/ {print "chain\t" table "/" substr($1, 2)}'

ip -oneline link | awk -F ': ' '{sub(/@.*/, "", $2); print "link\t" $2}'

for name in docker dockerd cri-dockerd containerd ctr crictl nerdctl runc containerd-shim-runc-v2 podman; do
  path=$(command -v "$name") && fact binary "$name" "$path"
done

config() { [ -f "$2" ] && fact config "$1" "$(base64 --wrap=0 "$2")"; }
config kubelet /var/lib/kubelet/config.yaml
config kubelet-flags /var/lib/kubelet/kubeadm-flags.env
config daemon.json /etc/docker/daemon.json
config config.toml /etc/containerd/config.toml
config crictl.yaml /etc/crictl.yaml
for file in /etc/cni/net.d/*; do config "cni/${file##*/}" "$file"; done
true
