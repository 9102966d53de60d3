# Says which images kubeadm wants, and packs the programs that kube-proxy and
# podroutes call, with every library they load, for an image that has no system.
mkdir /out
/tmp/kubeadm config images list --kubernetes-version "$VERSION" >/out/images.txt

extensions="$(dirname "$(find /usr/lib -name libxt_comment.so)")"
programs=(/usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi /usr/sbin/nft "$(readlink -f "$(command -v ip)")")
for set in legacy nft; do
	mkdir -p "/iptables/$set"
	for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		ln -s "/usr/sbin/xtables-$set-multi" "/iptables/$set/$name"
	done
done
mkdir -p /image/usr/sbin /image/usr/local/bin
cp "${programs[@]}" /image/usr/sbin/
# Every library under the name by which the loader asks for it.
ldd "${programs[@]}" "$extensions"/*.so | grep -o '/[^ ]*\.so[^ ]*' | grep -v ':$' | sort -u |
	while read -r library; do
		mkdir -p "/image$(dirname "$library")"
		cp --dereference "$library" "/image$library"
	done
mkdir -p "/image$extensions"
cp --no-dereference "$extensions"/*.so "/image$extensions/"
cp -r /iptables /image/
tar --create --file /out/iptables.tar --directory /image --sort=name --mtime=@0 --numeric-owner .
