# What nodes of every runtime have, whatever base they come from. On a confined
# host a program that is not there yet will stand in front of runc.
mkdir -p /etc/containerd/certs.d /kind/rehearse
if [[ -n $CONFINED && -e /usr/local/sbin/runc ]]; then
	mv /usr/local/sbin/runc /usr/local/sbin/runc.real
fi
